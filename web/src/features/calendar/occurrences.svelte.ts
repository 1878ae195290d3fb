import { type Api, taken } from "#/api/client";
import type { News } from "#/api/live.svelte";
import type { Occurrence } from "#/api/schema";

import type { Dates } from "./views";

const MOST_RANGES = 12;

/**
 * The occurrences of the ranges that were looked at: only what is visible is read, and a range that was seen
 * is there at once while it is read anew.
 */
export class Occurrences {
  /** What the range shown holds; what was there before stays until the new range has come. */
  items: readonly Occurrence[] = $state.raw([]);
  loading = $state(false);
  failure: Error | null = $state.raw(null);
  #api: Api;
  #kept = new Map<string, readonly Occurrence[]>();
  #shown: Dates | null = null;
  #running: AbortController | null = null;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Show a range: from memory where it is known, and as the server has it now. */
  async show(dates: Dates): Promise<void> {
    this.#shown = dates;
    const known = this.#kept.get(nameOf(dates));
    if (known) this.items = known;
    await this.#read(dates);
  }

  /** Read what is shown again, since something changed; other ranges are forgotten. */
  async refresh(): Promise<void> {
    this.#kept.clear();
    if (this.#shown) await this.#read(this.#shown);
  }

  /** Have a range at hand before it is asked for. */
  async prefetch(dates: Dates): Promise<void> {
    if (this.#kept.has(nameOf(dates))) return;
    try {
      this.#keep(dates, await this.#fetch(dates));
    } catch {
      // Nobody waits for it.
    }
  }

  heed(news: News): void {
    if ("calendar" in news || news.kinds.includes("everything")) void this.refresh();
  }

  async #read(dates: Dates): Promise<void> {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    this.loading = true;
    try {
      const items = await this.#fetch(dates, running.signal);
      this.#keep(dates, items);
      if (this.#running !== running) return;
      this.items = items;
      this.failure = null;
    } catch (error) {
      if (this.#running === running) this.failure = error as Error;
    } finally {
      if (this.#running === running) {
        this.loading = false;
        this.#running = null;
      }
    }
  }

  async #fetch({ start, end }: Dates, signal?: AbortSignal): Promise<readonly Occurrence[]> {
    const query = { start, end };
    return (await taken(this.#api.GET("/api/v1/events", { params: { query }, signal }))).items;
  }

  #keep(dates: Dates, items: readonly Occurrence[]): void {
    const name = nameOf(dates);
    this.#kept.delete(name);
    this.#kept.set(name, items);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > MOST_RANGES && !oldest.done) this.#kept.delete(oldest.value);
  }
}

function nameOf({ start, end }: Dates): string {
  return `${start}/${end}`;
}
