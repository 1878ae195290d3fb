import { type Api, taken } from "#/api/client";
import type { News } from "#/api/live.svelte";
import type { Occurrence } from "#/api/schema";

import type { Dates } from "./views";

const MOST_RANGES = 24;

/** A range that is being read. */
interface Coming {
  readonly items: Promise<readonly Occurrence[]>;
  readonly controller: AbortController;
}

/**
 * The occurrences of the ranges that were looked at: only what is visible is read, and a range that was seen
 * or read ahead is there at once.
 */
export class Occurrences {
  /** What the range shown holds; what was there before stays until the new range has come. */
  items: readonly Occurrence[] = $state.raw([]);
  /** The range that they are of. */
  dates: Dates | null = $state.raw(null);
  loading = $state(false);
  failure: Error | null = $state.raw(null);
  #api: Api;
  #isCurrent: () => boolean;
  #kept = new Map<string, readonly Occurrence[]>();
  #coming = new Map<string, Coming>();
  #shown: Dates | null = null;

  /** While `isCurrent`, whoever makes this tells it of every change, and what is kept need not be read again. */
  constructor(api: Api, isCurrent: () => boolean) {
    this.#api = api;
    this.#isCurrent = isCurrent;
  }

  /** Show a range: from memory where it is known, else as soon as the server has answered. */
  async show(dates: Dates): Promise<void> {
    const name = nameOf(dates);
    this.#shown = dates;
    this.#leave((other) => other !== name);
    const known = this.#kept.get(name);
    if (known) {
      this.items = known;
      this.dates = dates;
      this.failure = null;
      this.loading = false;
      if (this.#isCurrent()) return;
    }
    await this.#read(dates);
  }

  /** Read what is shown again, since something changed; other ranges are forgotten. */
  async refresh(): Promise<void> {
    this.#kept.clear();
    this.#leave(() => true);
    if (this.#shown) await this.#read(this.#shown);
  }

  /** Have a range at hand before it is asked for; nothing where it cannot be had. */
  async prefetch(dates: Dates): Promise<readonly Occurrence[] | null> {
    try {
      return this.#kept.get(nameOf(dates)) ?? (await this.#come(dates).items);
    } catch {
      return null; // nobody waits for it
    }
  }

  heed(news: News): void {
    if ("calendar" in news || news.kinds.includes("everything")) void this.refresh();
  }

  async #read(dates: Dates): Promise<void> {
    const coming = this.#come(dates);
    this.loading = true;
    try {
      const items = await coming.items;
      if (coming.controller.signal.aborted) return;
      if (!same(this.items, items)) this.items = items;
      this.dates = dates;
      this.failure = null;
    } catch (error) {
      if (coming.controller.signal.aborted) return; // another read takes its place
      this.failure = error as Error;
    }
    this.loading = false;
  }

  #come(dates: Dates): Coming {
    const name = nameOf(dates);
    const known = this.#coming.get(name);
    if (known) return known;
    const controller = new AbortController();
    const coming = { items: this.#fetch(dates, controller.signal), controller };
    this.#coming.set(name, coming);
    const done = () => {
      if (this.#coming.get(name) === coming) this.#coming.delete(name);
    };
    coming.items.then((items) => {
      done();
      if (!controller.signal.aborted) this.#keep(name, items);
    }, done);
    return coming;
  }

  async #fetch({ start, end }: Dates, signal: AbortSignal): Promise<readonly Occurrence[]> {
    const query = { start, end };
    return (await taken(this.#api.GET("/api/v1/events", { params: { query }, signal }))).items;
  }

  #leave(which: (name: string) => boolean): void {
    for (const [name, { controller }] of this.#coming) {
      if (!which(name)) continue;
      this.#coming.delete(name);
      controller.abort();
    }
  }

  #keep(name: string, items: readonly Occurrence[]): void {
    this.#kept.delete(name);
    this.#kept.set(name, items);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > MOST_RANGES && !oldest.done) this.#kept.delete(oldest.value);
  }
}

function nameOf({ start, end }: Dates): string {
  return `${start}/${end}`;
}

/** Whether what was read is what was there: then it need not be drawn again, which costs more than this. */
export function same(one: readonly Occurrence[], other: readonly Occurrence[]): boolean {
  return one.length === other.length && JSON.stringify(one) === JSON.stringify(other);
}
