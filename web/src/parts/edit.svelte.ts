import { untrack } from "svelte";

/** What the fields of a form hold. */
export type Values = Readonly<Record<string, string | number | boolean | null>>;

/** A version as the server has it. */
export interface Stored<T extends Values> {
  readonly values: T;
  readonly version: number;
}

/**
 * Something stored that is being edited: what was typed, and what it was typed over.
 *
 * A newer version is shown at once where nothing was typed. Otherwise what was typed stays, and saving meets the
 * newer version, which `meet` then holds beside it until the person chooses.
 */
export class Edit<T extends Values> {
  typed: T = $state() as T;
  /** The version that came in between, where saving met one. */
  met: Stored<T> | null = $state.raw(null);
  #base: Stored<T> = $state.raw() as Stored<T>;

  constructor(stored: Stored<T>) {
    this.#base = stored;
    this.typed = { ...stored.values };
  }

  /** The version that what was typed is a change of. */
  get version(): number {
    return this.#base.version;
  }

  /** What differs from the version that it was typed over. */
  get changes(): Partial<T> {
    return differing(this.typed, this.#base.values);
  }

  get isTouched(): boolean {
    return Object.keys(this.changes).length > 0;
  }

  /** Take a version that came by itself, unless something was typed. */
  follow(stored: Stored<T>): void {
    untrack(() => {
      if (!this.isTouched) this.#take(stored);
    });
  }

  /** Say whether a version that came in between changed other fields only, or the same ones alike. */
  agreesWith(stored: Stored<T>): boolean {
    const theirs = differing(stored.values, this.#base.values);
    return Object.entries(this.changes).every(
      ([field, value]) => !(field in theirs) || theirs[field] === value,
    );
  }

  /** Go on from what is now stored. */
  saved(stored: Stored<T>): void {
    this.#take(stored);
  }

  /** Hold the version that came in between beside what was typed. */
  meet(stored: Stored<T>): void {
    this.met = stored;
  }

  /** Keep what was typed, now over the version that was met; what was left alone is as in that version. */
  keepMine(): void {
    if (!this.met) return;
    const mine = this.changes;
    this.#take(this.met);
    this.typed = { ...this.typed, ...mine };
  }

  /** Let go of what was typed. */
  takeTheirs(): void {
    if (this.met) this.#take(this.met);
  }

  #take(stored: Stored<T>): void {
    this.#base = stored;
    this.typed = { ...stored.values };
    this.met = null;
  }
}

/** Give the fields of `values` that are not as in `others`. */
export function differing<T extends Values>(values: T, others: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([field, value]) => value !== others[field]),
  ) as Partial<T>;
}
