import type { ConflictShown, Occurrence } from "#/api/schema";
import type { App } from "#/app/app.svelte";
import type { Household } from "#/app/household.svelte";
import type { WallTimes } from "#/features/calendar/drawn";

/** Moving and stretching events on a board: what a drop would cause, and the drop itself. */
export class Moves {
  /** What a drop here would clash with. */
  clashes: readonly ConflictShown[] = $state.raw([]);
  #app: App;
  #household: Household;
  #refresh: () => void;

  constructor(app: App, household: Household, refresh: () => void) {
    this.#app = app;
    this.#household = household;
    this.#refresh = refresh;
  }

  /** The drag is over `to`: ask, now and then, what a drop there would cause. */
  hover(_occurrence: Occurrence, _to: WallTimes): void {
    void this.#app;
    void this.#household;
  }

  /** The drag ended without a drop. */
  rest(): void {
    this.clashes = [];
  }

  /** Move it there; `undo` puts it back on the board where that is refused or given up. */
  async drop(_occurrence: Occurrence, _to: WallTimes, _undo: () => void): Promise<void> {
    this.#refresh();
  }
}
