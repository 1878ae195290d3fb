import { Problem } from "#/api/problem";
import { type Once, Submission } from "#/api/submission.svelte";

import { differing, Edit, type Stored, type Values } from "./edit.svelte";

/** What is to be stored: all that was typed, what of it is a change, and of which version. */
export interface Wanted<T extends Values> {
  readonly typed: T;
  readonly changes: Partial<T>;
  readonly version: number;
  readonly once: Once;
}

export interface Store<T extends Values> {
  /** Read what is stored now. */
  readonly read: () => Promise<Stored<T>>;
  /** Store what is wanted, and give what is stored then. */
  readonly write: (wanted: Wanted<T>) => Promise<Stored<T>>;
}

/**
 * A form over something stored, being saved. A race that was lost over other fields is run again by itself; where
 * the same field was changed by both, `edit.met` holds the other version until the person has chosen.
 */
export class Saving<T extends Values> {
  readonly edit: Edit<T>;
  readonly submission = new Submission();
  #store: Store<T>;

  constructor(stored: Stored<T>, store: Store<T>) {
    this.edit = new Edit(stored);
    this.#store = store;
  }

  /** Save; true where that was done. What is typed meanwhile stays typed. */
  async save(): Promise<boolean> {
    const { edit, submission } = this;
    const typed = $state.snapshot(edit.typed) as T;
    const { changes, version } = edit;
    const saved = await submission.send((once) => this.#store.write({ typed, changes, version, once }));
    if (saved) {
      const meanwhile = differing($state.snapshot(edit.typed) as T, typed);
      edit.meet(saved);
      edit.takeTheirs();
      edit.typed = { ...edit.typed, ...meanwhile };
      return true;
    }
    const lost = submission.failure instanceof Problem && submission.failure.status === 412;
    return lost ? this.#meet() : false;
  }

  async #meet(): Promise<boolean> {
    const { edit, submission } = this;
    const stored = await submission.send(() => this.#store.read());
    if (!stored) return false;
    const again = edit.agreesWith(stored);
    edit.meet(stored);
    if (!again) return false;
    edit.keepMine();
    return this.save();
  }
}
