import { ifMatch, taken } from "#/api/client";
import type { News } from "#/api/live.svelte";
import { Problem, Unreachable } from "#/api/problem";
import type { EventOutcome, EventShown, Occurrence, RefusedShown, ResponseIn } from "#/api/schema";
import { type Once, Submission } from "#/api/submission.svelte";
import type { App } from "#/app/app.svelte";
import type { Household } from "#/app/household.svelte";

import {
  changedFields,
  creationOf,
  DONE_BEFORE,
  type EventForm,
  type FieldName,
  isWhole,
  patchOf,
} from "./form";
import type { Opened } from "./opened";
import { Preview } from "./preview.svelte";
import { aim, type Scope, SCOPES } from "./scope";
import { newForm } from "./home";
import { type Stored, storedOf } from "./stored";
import { type Difference, differences, merged, type Side } from "./versions";

/** Another version than the one that what was typed began from, and what to take of which. */
export interface Race {
  readonly theirs: Stored;
  readonly chosen: readonly Difference[];
}

/** A change that was sent without an answer: it may be stored. */
interface Unanswered {
  readonly form: EventForm;
  readonly send: (once: Once) => Promise<EventOutcome>;
}

/** An event being made or changed: what is stored, what was typed, and what saving it would cause. */
export class Editing {
  form: EventForm = $state.raw() as EventForm;
  /** As last read; null of a new event. */
  stored: Stored | null = $state.raw(null);
  /** What was typed meets another version. */
  race: Race | null = $state.raw(null);
  /** The hard rules that saving would break, in words. */
  broken: readonly string[] = $state.raw([]);
  /** Somebody deleted it. */
  gone = $state(false);
  failure: Error | null = $state.raw(null);
  wanted: Scope = $state("single");
  readonly submission = new Submission();
  readonly preview = new Preview();
  readonly isNew: boolean;
  #occurrence: Occurrence | null;
  #untouched: EventForm = $state.raw() as EventForm;
  #app: App;
  #household: Household;
  #uid = crypto.randomUUID();
  #unanswered: Unanswered | null = null;

  readonly changed: readonly FieldName[] = $derived(changedFields(this.base, this.form));
  readonly dirty = $derived(this.changed.length > 0);
  readonly repeats = $derived(this.stored?.part.repeats ?? false);
  /** How much of a series what was typed can be about. */
  readonly scopes: readonly Scope[] = $derived.by(() => {
    if (this.changed.includes("calendar")) return ["all"];
    return this.changed.includes("repeat") ? ["future", "all"] : SCOPES;
  });
  readonly scope: Scope = $derived(
    this.scopes.includes(this.wanted) ? this.wanted : (this.scopes[0] ?? "single"),
  );

  constructor(app: App, household: Household, opened: Opened) {
    this.#app = app;
    this.#household = household;
    this.isNew = opened.kind === "new";
    this.#occurrence = opened.kind === "event" ? opened.occurrence : null;
    if (opened.kind === "new") {
      this.#untouched = newForm(household, { ...opened, title: "", member: undefined, resource: undefined });
      this.form = newForm(household, opened);
    }
  }

  /** What the form would be with nothing typed. */
  get base(): EventForm {
    return this.stored?.form ?? this.#untouched;
  }

  change(fields: Partial<EventForm>): void {
    this.form = { ...this.form, ...fields };
    for (const name of Object.keys(fields) as FieldName[]) this.choose(name, "mine");
    this.broken = [];
    this.submission.clear();
  }

  /** Read the event: shown at once where nothing was typed, and held against it where something was. */
  async load(): Promise<void> {
    if (!this.#occurrence) return;
    try {
      const event = await this.#read(this.#occurrence.id);
      this.failure = null;
      if (event.version !== this.stored?.event.version)
        this.#meet(storedOf(event, this.#occurrence, this.#household));
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.gone = true;
      else if (!this.stored) this.failure = error as Error;
    }
  }

  /** Follow changes made by others. */
  heed(news: News): void {
    const concerned =
      "calendar" in news
        ? news.calendar === this.stored?.part.calendar_id
        : news.kinds.includes("everything");
    if (concerned && !this.submission.pending) void this.load();
  }

  /** Ask what saving would cause. */
  foresee(): void {
    if (!this.dirty || !this.form.title.trim() || !isWhole(this.form.when)) return this.preview.rest();
    this.preview.ask((signal) => this.#asking({ preview: true, signal })({}));
  }

  /** Choose whose version of a field is to be saved. */
  choose(name: FieldName, side: Side): void {
    if (!this.race) return;
    const chosen = this.race.chosen.map((each) => (each.name === name ? { name, side } : each));
    this.race = { ...this.race, chosen };
  }

  /**
   * Save what was typed, with what was chosen of another version; undefined where that was refused.
   *
   * What was sent without an answer goes out again first, as it was: it may be stored, and is no lost race then.
   */
  async save({ force = false } = {}): Promise<EventOutcome | undefined> {
    if (this.race) {
      this.form = merged(this.form, this.race.theirs.form, this.race.chosen);
      this.stored = this.race.theirs;
      this.race = null;
    }
    if (this.submission.pending) return undefined;
    const earlier = this.#unanswered;
    const { form } = this;
    const send = earlier?.send ?? this.#asking({ force });
    const outcome = await this.submission.send(send);
    if (this.stored && this.submission.failure instanceof Unreachable) {
      this.#unanswered = earlier ?? { form, send };
      return undefined;
    }
    const more = earlier !== null && changedFields(earlier.form, this.form).length > 0;
    if (outcome && more) await this.load();
    else if (!outcome && !more) await this.#refused();
    this.#unanswered = null;
    return more && !this.race ? this.save({ force }) : outcome;
  }

  /** Delete it; gives the change set that takes that back. */
  async remove(): Promise<string | undefined> {
    const { stored } = this;
    if (!stored) return undefined;
    const removed = await this.submission.send(async (once) => {
      const answer = await this.#app.api.DELETE("/api/v1/events/{event_id}", {
        params: {
          path: { event_id: stored.event.id },
          query: aim(stored.part, this.wanted),
          header: { ...ifMatch(stored.event.version), ...once },
        },
        parseAs: "text",
      });
      await taken(Promise.resolve(answer));
      return answer.response.headers.get("Kalends-Change-Set") ?? "";
    });
    if (removed === undefined) await this.#refused();
    return removed;
  }

  /** Answer the invitation for oneself. */
  async respond(response: ResponseIn["response"]): Promise<EventOutcome | undefined> {
    const { stored } = this;
    if (!stored) return undefined;
    const outcome = await this.submission.send((once) =>
      taken(
        this.#app.api.PUT("/api/v1/events/{event_id}/response", {
          params: {
            path: { event_id: stored.event.id },
            query: aim(stored.part, this.wanted),
            header: once,
          },
          body: { response },
        }),
      ),
    );
    if (outcome) await this.load();
    return outcome;
  }

  /** What the server said is wrong with a field, by its name in the API or that of a part of it. */
  issue(...names: string[]): string | undefined {
    const { failure } = this.submission;
    if (!(failure instanceof Problem)) return undefined;
    const found = [...failure.issues].find(([field]) =>
      names.some((name) => field === name || field.startsWith(`${name}.`)),
    );
    return found?.[1];
  }

  /** Give the request that stores what is typed now, or tells what that would cause. */
  #asking({
    preview,
    force,
    signal,
  }: {
    preview?: boolean;
    force?: boolean;
    signal?: AbortSignal;
  }): (once: Partial<Once>) => Promise<EventOutcome> {
    const query = { preview: preview || undefined, force: force || undefined };
    const { api } = this.#app;
    const { stored } = this;
    if (!stored) {
      const body = creationOf(this.form, this.#untouched, this.#uid);
      return (once) => taken(api.POST("/api/v1/events", { params: { query, header: once }, body, signal }));
    }
    const asked = {
      path: { event_id: stored.event.id },
      query: { ...aim(stored.part, this.scope), ...query },
    };
    const body = patchOf(stored.form, this.form);
    const version = preview ? {} : ifMatch(stored.event.version);
    return (once) => {
      const params = { ...asked, header: { ...version, ...once } };
      return taken(api.PATCH("/api/v1/events/{event_id}", { params, body, signal }));
    };
  }

  async #refused(): Promise<void> {
    const { failure } = this.submission;
    if (!(failure instanceof Problem)) return;
    if (failure.code === "constraint_broken") {
      this.broken = (failure.fields["broken"] as RefusedShown[]).map(({ words }) => words);
      this.submission.clear();
    } else if (failure.status === 412 || failure.status === 404) {
      await this.load();
      if (this.race || this.gone) this.submission.clear();
    } else if (DONE_BEFORE.has(failure.code)) {
      if (!this.stored) return this.#adopt();
      await this.load();
      if (this.race || !this.dirty) this.submission.clear();
    }
  }

  /** Find the event that was stored before, and go on with it. */
  async #adopt(): Promise<void> {
    const query = { q: this.#untouched.title || undefined, ...around(this.form) };
    const { items } = await taken(this.#app.api.GET("/api/v1/events", { params: { query } }));
    const found = items.find(({ uid }) => uid === this.#uid);
    if (!found) return;
    this.#occurrence = found;
    const theirs = storedOf(await this.#read(found.id), found, this.#household);
    this.stored = theirs;
    this.wanted = "all";
    this.submission.clear();
    if (this.dirty) this.race = { theirs, chosen: differences(theirs.form, this.form, theirs.form) };
  }

  #meet(theirs: Stored): void {
    const sent = this.#unanswered?.form;
    if (sent && changedFields(sent, theirs.form).length === 0) {
      // Nobody else's: what was typed since is a change of it.
      this.stored = theirs;
      this.race = null;
      this.submission.clear();
      return;
    }
    const untouched = !this.stored || (!this.dirty && !this.race);
    if (!untouched) {
      const chosen = differences(this.base, this.form, theirs.form);
      if (chosen.length) {
        this.race = { theirs, chosen };
        return;
      }
    }
    this.stored = theirs;
    this.form = theirs.form;
    this.race = null;
  }

  #read(id: string): Promise<EventShown> {
    return taken(this.#app.api.GET("/api/v1/events/{event_id}", { params: { path: { event_id: id } } }));
  }
}

/** Give a range in which an event surely is that was sent shortly before its times were changed in the form. */
function around({ when }: EventForm): { start: string; end: string } {
  const at = Date.parse(`${when.startDate}T00:00:00Z`);
  const date = (days: number) => new Date(at + days * 86_400_000).toISOString().slice(0, 10);
  return { start: date(-60), end: date(60) };
}
