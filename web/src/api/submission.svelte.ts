import { Problem, Unreachable } from "./problem";

/** What goes with a request that stores something. */
export interface Once {
  "Idempotency-Key": string;
}

/**
 * One form being sent: once however often it is submitted, and safely again after an answer was lost.
 *
 * The key stays until the server has answered, so that sending the same again stores nothing twice.
 */
export class Submission {
  pending = $state(false);
  failure: Problem | Unreachable | null = $state.raw(null);
  #key = crypto.randomUUID();

  /** Send; undefined where that is already under way or was refused, which `failure` then tells. */
  async send<T>(work: (once: Once) => Promise<T>): Promise<T | undefined> {
    if (this.pending) return undefined;
    this.pending = true;
    try {
      const result = await work({ "Idempotency-Key": this.#key });
      this.failure = null;
      this.#key = crypto.randomUUID();
      return result;
    } catch (error) {
      if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
      this.failure = error;
      if (error instanceof Problem && error.status < 500) this.#key = crypto.randomUUID();
      return undefined;
    } finally {
      this.pending = false;
    }
  }

  /** What the server said is wrong with a field, if anything. */
  issue(field: string): string | undefined {
    return this.failure instanceof Problem ? this.failure.issues.get(field) : undefined;
  }

  /** Forget the failure: what it was about has been changed. */
  clear(): void {
    this.failure = null;
  }
}
