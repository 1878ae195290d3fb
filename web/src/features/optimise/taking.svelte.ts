import { type Api, taken } from "#/api/client";
import { Query } from "#/api/query.svelte";
import type { MoveShown, OutcomeShown, RunShown } from "#/api/schema";
import type { Once } from "#/api/submission.svelte";
import type { Change } from "#/parts/week-picture";

const SETTLING = 250; // milliseconds after the last tick before the server is asked what would come of it

/** Which moves of a proposal are to be taken: all, until some are left out. */
export class Taking {
  readonly run: RunShown;
  /** What would come of the moves that are chosen; null where there is none. */
  readonly foreseen: Query<OutcomeShown | null>;
  #api: Api;
  #left: ReadonlySet<string> = $state.raw(new Set());
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly chosen: readonly MoveShown[] = $derived.by(() =>
    this.run.moves.filter((each) => !this.#left.has(each.id)),
  );

  constructor(api: Api, run: RunShown) {
    this.#api = api;
    this.run = run;
    this.foreseen = new Query(async (signal) => (this.chosen.length ? this.#ask(true, { signal }) : null));
  }

  has(move: MoveShown): boolean {
    return !this.#left.has(move.id);
  }

  toggle(move: MoveShown): void {
    const left = new Set(this.#left);
    if (!left.delete(move.id)) left.add(move.id);
    this.#leave(left);
  }

  all(): void {
    this.#leave(new Set());
  }

  none(): void {
    this.#leave(new Set(this.run.moves.map((each) => each.id)));
  }

  /** Carry out what is chosen, as one change set. */
  async take(once: Once): Promise<OutcomeShown> {
    return this.#ask(false, { once });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.foreseen.stop();
  }

  #leave(left: ReadonlySet<string>): void {
    this.#left = left;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.foreseen.refresh(), SETTLING);
  }

  #ask(preview: boolean, { once, signal }: { once?: Once; signal?: AbortSignal }): Promise<OutcomeShown> {
    const params = { path: { run_id: this.run.id }, ...(once && { header: once }) };
    const body = { moves: this.chosen.map((each) => each.id), preview };
    return taken(
      this.#api.POST("/api/v1/optimisations/{run_id}/take", { params, body, ...(signal && { signal }) }),
    );
  }
}

/** Give a move as what becomes of an event, called by its number in the proposal. */
export function changeOf(move: MoveShown, run: RunShown): Change {
  const { event_id, occurrence, title, before, after } = move;
  return {
    event_id,
    recurrence_key: occurrence,
    before: { title, ...before },
    after: { title, ...after },
    label: String(run.moves.indexOf(move) + 1),
  };
}
