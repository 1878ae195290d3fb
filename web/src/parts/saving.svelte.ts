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
 *
 * A change whose answer was lost goes out again first, as it was and under its key: it may be stored, and must
 * not lose a race against itself. What was typed since follows.
 */
export class Saving<T extends Values> {
  readonly edit: Edit<T>;
  readonly submission = new Submission();
  #store: Store<T>;
  #unanswered: Omit<Wanted<T>, "once"> | null = null;

  constructor(stored: Stored<T>, store: Store<T>) {
    this.edit = new Edit(stored);
    this.#store = store;
  }

  /** Save; true where that was done. What is typed meanwhile stays typed. */
  async save(): Promise<boolean> {
    const { edit, submission } = this;
    if (submission.pending) return false;
    const earlier = this.#unanswered;
    if (!earlier && edit.version > 0 && !edit.isTouched) return true;
    const wanted = earlier ?? { typed: this.#typed(), changes: edit.changes, version: edit.version };
    const saved = await submission.send((once) => this.#write({ ...wanted, once }));
    const { failure } = submission;
    const answered = saved !== undefined || failure instanceof Problem;
    this.#unanswered = answered || wanted.version === 0 ? null : wanted;
    if (saved) {
      const meanwhile = differing(this.#typed(), wanted.typed);
      edit.saved(saved);
      edit.typed = { ...edit.typed, ...meanwhile };
      return earlier && edit.isTouched ? this.save() : true;
    }
    if (failure instanceof Problem && failure.status === 412) return this.#meet();
    // What was refused then may have been put right since.
    const again = earlier && answered && Object.keys(differing(this.#typed(), earlier.typed)).length > 0;
    return again ? this.save() : false;
  }

  /** Read what is stored by now: shown where nothing was typed, and held beside what was. */
  async reread(): Promise<void> {
    const { edit, submission } = this;
    const stored = await submission.send(() => this.#store.read());
    if (stored && edit.isTouched) edit.meet(stored);
    else if (stored) edit.saved(stored);
  }

  async #write(wanted: Wanted<T>): Promise<Stored<T>> {
    try {
      return await this.#store.write(wanted);
    } catch (error) {
      const done = error instanceof Problem && error.code === "already_done";
      if (done && wanted.version > 0) return this.#store.read(); // its answer is lost for good
      throw error;
    }
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

  #typed(): T {
    return $state.snapshot(this.edit.typed) as T;
  }
}
