import { type Api, taken } from "#/api/client";
import { Problem } from "#/api/problem";
import { Query } from "#/api/query.svelte";
import type { ConflictShown, Occurrence, OutcomeShown, ResolutionShown } from "#/api/schema";
import { takersOf } from "#/features/calendar/drawn";
import type { Household } from "#/app/household.svelte";
import { type Surroundings, surroundingsOf } from "#/parts/surroundings";

/** What a way out would do: the days concerned as they are, and what would come of it. */
export interface Foreseen extends Surroundings {
  readonly option: string;
  readonly outcome: OutcomeShown;
}

/** The ways out of one conflict, and what the chosen one would do. */
export class WaysOut {
  readonly ways: Query<readonly ResolutionShown[]>;
  readonly foreseen: Query<Foreseen | null>;
  #api: Api;
  #conflict: ConflictShown;
  #chosen: string | null = $state(null);

  constructor(api: Api, conflict: ConflictShown, household: Household) {
    this.#api = api;
    this.#conflict = conflict;
    this.ways = new Query((signal) => this.#offered(signal));
    this.foreseen = new Query((signal) => this.#foresee(household, signal));
  }

  /** The way out that is looked at: the best that may be taken, until another is chosen. */
  get chosen(): ResolutionShown | undefined {
    const open = this.ways.data?.filter((each) => each.allowed);
    return open?.find((each) => each.option === this.#chosen) ?? open?.[0];
  }

  async choose(option: string): Promise<void> {
    this.#chosen = option;
    await this.foreseen.refresh();
  }

  /** Ask for the ways out as they are now. */
  async refresh(): Promise<void> {
    await this.ways.refresh();
    await this.foreseen.refresh();
  }

  stop(): void {
    this.ways.stop();
    this.foreseen.stop();
  }

  async #offered(signal: AbortSignal): Promise<readonly ResolutionShown[]> {
    const path = { identity: this.#conflict.identity };
    const answer = this.#api.GET("/api/v1/conflicts/{identity}/resolutions", { params: { path }, signal });
    return (await taken(answer)).items;
  }

  async #foresee(household: Household, signal: AbortSignal): Promise<Foreseen | null> {
    const way = this.chosen;
    if (!way) return null;
    const path = { identity: this.#conflict.identity };
    const outcome = await taken(
      this.#api.POST("/api/v1/conflicts/{identity}/resolve", {
        params: { path },
        body: { option: way.option, preview: true, force: false },
        signal,
      }),
    );
    const { dates, occurrences } = await surroundingsOf(outcome.operations, {
      api: this.#api,
      household,
      signal,
    });
    const concerned = concernedBy(this.#conflict, way, occurrences, household);
    return { option: way.option, outcome, dates, occurrences: occurrences.filter(concerned) };
  }
}

/** Say whether a refusal means that the calendar has changed since the way out was offered. */
export function isGone(error: unknown): boolean {
  return (
    error instanceof Problem && (error.code === "option_gone" || error.status === 412 || error.status === 404)
  );
}

/** Give what tells which occurrences matter: those that take the time, or the things, of what changes. */
function concernedBy(
  conflict: ConflictShown,
  way: ResolutionShown,
  occurrences: readonly Occurrence[],
  household: Household,
): (occurrence: Occurrence) => boolean {
  const changed = occurrences.filter((each) => each.id === way.event_id);
  const who = new Set([conflict.subject.id, ...changed.flatMap((each) => takersOf(each, household))]);
  const what = new Set([conflict.subject.id, ...changed.flatMap((each) => each.resources)]);
  if (way.resource_id) what.add(way.resource_id);
  return (each) =>
    each.id === way.event_id ||
    takersOf(each, household).some((member) => who.has(member)) ||
    each.resources.some((resource) => what.has(resource));
}
