import { ifMatch, taken } from "#/api/client";
import { Problem } from "#/api/problem";
import type {
  ConflictShown,
  EventOutcome,
  EventPatch,
  EventShown,
  Occurrence,
  RefusedShown,
} from "#/api/schema";
import type { App } from "#/app/app.svelte";
import type { Household } from "#/app/household.svelte";
import { keyOf, type WallTimes } from "#/features/calendar/drawn";
import { instantOf, isoAt } from "#/time/zoned";

import { Preview } from "./preview.svelte";
import { aim, type Scope } from "./scope";
import { tellChange, timesInWords } from "./telling";

/** What has to be known before a drop takes effect. */
export type Question =
  | { readonly kind: "scope" }
  /** Hard rules stand against it, each in words. */
  | { readonly kind: "broken"; readonly words: readonly string[] }
  /** Somebody else changed the event meanwhile: as it is by now. */
  | { readonly kind: "raced"; readonly stored: EventShown };

interface Drop {
  readonly occurrence: Occurrence;
  readonly to: WallTimes;
  readonly undo: () => void;
  readonly scope: Scope;
  readonly force: boolean;
  readonly version: number;
}

/** Moving and stretching events on a board: what a drop would cause, and the drop itself. */
export class Moves {
  /** What stands between a drop and its taking effect. */
  question: Question | null = $state.raw(null);
  /** What is to be moved where, while there is a question about it. */
  pending: { readonly title: string; readonly when: string } | null = $state.raw(null);
  readonly preview = new Preview();
  #drop: Drop | null = null;
  #over = "";
  #app: App;
  #household: Household;
  #refresh: () => void;

  constructor(app: App, household: Household, refresh: () => void) {
    this.#app = app;
    this.#household = household;
    this.#refresh = refresh;
  }

  /** What a drop here would clash with. */
  get clashes(): readonly ConflictShown[] {
    return this.preview.clashes;
  }

  /** Hard rules that a drop here would break. */
  get refused(): readonly RefusedShown[] {
    return this.preview.refused;
  }

  /** The drag is over `to`: ask, now and then, what a drop there would cause. */
  hover(occurrence: Occurrence, to: WallTimes): void {
    const over = `${keyOf(occurrence)} ${to.start} ${to.end}`;
    if (over === this.#over) return;
    this.#over = over;
    this.preview.ask((signal) =>
      taken(
        this.#app.api.PATCH("/api/v1/events/{event_id}", {
          params: {
            path: { event_id: occurrence.id },
            query: { ...aim(occurrence, "single"), preview: true },
          },
          body: this.#times(occurrence, to),
          signal,
        }),
      ),
    );
  }

  /** The drag ended without a drop. */
  rest(): void {
    this.#over = "";
    this.preview.rest();
  }

  /** Move it there; `undo` puts it back on the board where that is refused or given up. */
  async drop(occurrence: Occurrence, to: WallTimes, undo: () => void): Promise<void> {
    this.giveUp();
    this.rest();
    this.#drop = { occurrence, to, undo, scope: "single", force: false, version: occurrence.version };
    if (occurrence.repeats) this.#ask({ kind: "scope" });
    else await this.#send();
  }

  /** Answer the question: go on with the drop, as it shall be done now. */
  async goOn(change: { scope?: Scope; force?: boolean } = {}): Promise<void> {
    if (!this.#drop) return;
    const version = this.question?.kind === "raced" ? this.question.stored.version : this.#drop.version;
    this.#drop = { ...this.#drop, ...change, version };
    this.question = null;
    await this.#send();
  }

  /** Answer the question with no: everything stays as it was. */
  giveUp(): void {
    this.#drop?.undo();
    this.#end();
  }

  async #send(): Promise<void> {
    const drop = this.#drop;
    if (!drop) return;
    const { occurrence, to } = drop;
    try {
      const outcome = await taken(
        this.#app.api.PATCH("/api/v1/events/{event_id}", {
          params: {
            path: { event_id: occurrence.id },
            query: { ...aim(occurrence, drop.scope), force: drop.force },
            header: ifMatch(drop.version),
          },
          body: this.#times(occurrence, to),
        }),
      );
      this.#end();
      this.#tell(occurrence, to, outcome);
    } catch (error) {
      if (this.#drop === drop) await this.#refused(drop, error);
    }
    this.#refresh();
  }

  async #refused(drop: Drop, error: unknown): Promise<void> {
    if (error instanceof Problem && error.code === "constraint_broken") {
      const broken = error.fields["broken"] as RefusedShown[];
      return this.#ask({ kind: "broken", words: broken.map(({ words }) => words) });
    }
    try {
      if (!(error instanceof Problem && error.status === 412)) throw error;
      const path = { event_id: drop.occurrence.id };
      const stored = await taken(this.#app.api.GET("/api/v1/events/{event_id}", { params: { path } }));
      this.#ask({ kind: "raced", stored });
    } catch (failure) {
      this.giveUp();
      this.#app.notices.fail(failure, this.#app.t);
    }
  }

  #ask(question: Question): void {
    if (!this.#drop) return;
    const { occurrence, to } = this.#drop;
    const when = timesInWords(to, this.#household.zone, this.#app.formats);
    this.pending = { title: occurrence.title, when };
    this.question = question;
  }

  #end(): void {
    this.#drop = null;
    this.question = null;
    this.pending = null;
  }

  #tell({ title }: Occurrence, to: WallTimes, outcome: EventOutcome): void {
    const { zone } = this.#household;
    const when = timesInWords(to, zone, this.#app.formats);
    const text = this.#app.t("events.moved", { title, when });
    tellChange(this.#app, zone, { text, outcome, refresh: this.#refresh });
  }

  // An event keeps the clock that it lives by: it is told the instant, and a floating one the wall time.
  #times({ floating }: Occurrence, { start, end, allDay }: WallTimes): EventPatch {
    const { zone } = this.#household;
    const at = (wall: string) => (allDay || floating ? wall : isoAt(instantOf(wall, zone), zone));
    return { start: at(start), end: at(end) };
  }
}
