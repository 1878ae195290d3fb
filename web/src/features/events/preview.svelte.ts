import { Problem } from "#/api/problem";
import type { ConflictShown, OutcomeShown, RefusedShown } from "#/api/schema";

const PAUSE = 200; // milliseconds between two questions: five a second at most

/**
 * What a change would cause, asked while it is being made.
 *
 * Of the questions that come between two pauses the last alone is asked, and it takes the place of the one
 * before.
 */
export class Preview {
  /** Conflicts that would appear. */
  clashes: readonly ConflictShown[] = $state.raw([]);
  /** Hard rules for which it would be refused. */
  refused: readonly RefusedShown[] = $state.raw([]);
  /** It would be refused for another reason, such as a resource that is taken. */
  problem: Problem | null = $state.raw(null);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #next: ((signal: AbortSignal) => Promise<OutcomeShown>) | null = null;
  #running: AbortController | null = null;

  readonly quiet = $derived(!this.clashes.length && !this.refused.length && !this.problem);

  /** Ask soon; `request` is sent with `preview=true` by whoever makes it. */
  ask(request: (signal: AbortSignal) => Promise<OutcomeShown>): void {
    this.#next = request;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#send();
    }, PAUSE);
  }

  /** Ask no more, and forget what was answered. */
  rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#next = null;
    this.#running?.abort();
    this.#running = null;
    this.#take(null);
  }

  async #send(): Promise<void> {
    const request = this.#next;
    if (!request) return;
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    try {
      const outcome = await request(running.signal);
      if (this.#running === running) this.#take(outcome);
    } catch (error) {
      // What else is wrong is told when it is sent in earnest.
      const told = error instanceof Problem && error.status === 409 ? error : null;
      if (this.#running === running) this.#take(null, told);
    }
  }

  #take(outcome: OutcomeShown | null, problem: Problem | null = null): void {
    const appearing = new Set(outcome?.appearing);
    this.clashes = outcome?.conflicts.filter(({ identity }) => appearing.has(identity)) ?? [];
    this.refused = outcome?.refused_by ?? [];
    this.problem = problem;
  }
}
