import { type Api, taken } from "#/api/client";
import { Pages } from "#/api/pages.svelte";
import { Query } from "#/api/query.svelte";
import type { ConflictShown } from "#/api/schema";

import { asked, type Filters } from "./filters";

const LARGEST_PAGE = 200;

/** The conflicts that are listed, and the one that is open, which the list may not hold. */
export class Inbox {
  readonly list: Pages<ConflictShown>;
  #api: Api;
  #filters: Filters | null = null;
  #wanted: string | null = $state(null);
  #sought: Query<ConflictShown | null>; // null: it is gone

  constructor(api: Api) {
    this.#api = api;
    this.list = new Pages(
      (cursor, signal) => this.#page({ ...(this.#filters && asked(this.#filters)), cursor }, signal),
      (each) => each.identity,
    );
    this.#sought = new Query((signal) => this.#seek(signal));
  }

  /** The conflict that is open: null where it is gone, undefined while nobody knows. */
  get opened(): ConflictShown | null | undefined {
    const listed = this.list.items?.find((each) => each.identity === this.#wanted);
    if (listed || this.#wanted === null) return listed;
    const sought = this.#sought.data;
    return sought === null || sought?.identity === this.#wanted ? sought : undefined;
  }

  /** What kept the opened one from being found. */
  get failure(): Error | null {
    return this.#sought.failure;
  }

  async show(filters: Filters): Promise<void> {
    this.#filters = filters;
    await this.list.restart();
    await this.#lookFor();
  }

  /** Open a conflict; one that the list does not hold is looked for among all. */
  async open(identity: string | null): Promise<void> {
    this.#wanted = identity;
    this.#sought.data = undefined;
    await this.#lookFor();
  }

  async refresh(): Promise<void> {
    await this.list.refresh();
    await this.#lookFor();
  }

  /** Nobody looks any more. */
  stop(): void {
    this.list.stop();
    this.#sought.stop();
  }

  /** Give the conflict to open after another is done with: the next that is still there, or the last. */
  after(identity: string, before: readonly string[]): string | null {
    const there = new Set(this.list.items?.map((each) => each.identity));
    there.delete(identity);
    const place = before.indexOf(identity);
    const next = before.slice(place + 1).find((each) => there.has(each));
    return next ?? before.slice(0, Math.max(place, 0)).findLast((each) => there.has(each)) ?? null;
  }

  async #lookFor(): Promise<void> {
    const { items } = this.list;
    if (!items || items.some((each) => each.identity === this.#wanted)) return;
    if (this.#wanted !== null) await this.#sought.refresh();
  }

  async #seek(signal: AbortSignal): Promise<ConflictShown | null> {
    const wanted = this.#wanted;
    let cursor: string | null | undefined = null;
    do {
      const page = await this.#page({ ignored: true, cursor, limit: LARGEST_PAGE }, signal);
      const found = page.items.find((each) => each.identity === wanted);
      if (found) return found;
      cursor = page.next;
    } while (cursor);
    return null;
  }

  #page(
    query: Partial<ReturnType<typeof asked>> & { cursor?: string | null; limit?: number },
    signal: AbortSignal,
  ) {
    return taken(this.#api.GET("/api/v1/conflicts", { params: { query }, signal }));
  }
}
