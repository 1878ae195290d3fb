import { type Api, taken } from "#/api/client";
import { everyPage } from "#/api/pages.svelte";
import type {
  ActorView,
  CalendarShown,
  CategoryVersion,
  MemberView,
  Preferences,
  ResourceShown,
  WorkspaceView,
} from "#/api/schema";

import type { Weekday } from "#/features/calendar/views";

import { type Look, lookOf } from "./look";

const FIRST_DAYS: Readonly<Record<string, Weekday>> = { monday: 1, saturday: 6, sunday: 0 };

/**
 * The people and things that every page names: read once, and again when they change.
 *
 * Lists are in the server's order; look-ups are by id.
 */
export class Household {
  readonly actor: ActorView;
  workspace: WorkspaceView | undefined = $state.raw();
  members: readonly MemberView[] = $state.raw([]);
  calendars: readonly CalendarShown[] = $state.raw([]);
  categories: readonly CategoryVersion[] = $state.raw([]);
  resources: readonly ResourceShown[] = $state.raw([]);
  preferences: Preferences | undefined = $state.raw();

  readonly member = $derived(byId(this.members));
  readonly calendar = $derived(byId(this.calendars));
  readonly category = $derived(byId(this.categories));
  readonly resource = $derived(byId(this.resources));
  readonly me = $derived(this.members.find((each) => each.id === this.actor.member_id));
  /** Calendars that events can be put into. */
  readonly writable = $derived(this.calendars.filter((each) => each.access === "write"));
  /** How this person likes the browser app to look. */
  readonly look: Look = $derived(lookOf(this.preferences));
  /** The day that weeks begin with. */
  readonly firstDay: Weekday = $derived(FIRST_DAYS[this.preferences?.week_start ?? "monday"] ?? 1);

  #api: Api;

  constructor(api: Api, actor: ActorView) {
    this.#api = api;
    this.actor = actor;
  }

  /** The zone that times are shown in. */
  get zone(): string {
    return this.me?.zone ?? this.actor.zone;
  }

  get isOwner(): boolean {
    return this.actor.permission === "owner";
  }

  get mayWrite(): boolean {
    return this.actor.permission !== "viewer";
  }

  /** Read everything. */
  async load(): Promise<void> {
    await Promise.all([
      this.loadWorkspace(),
      this.loadMembers(),
      this.loadCalendars(),
      this.loadCategories(),
      this.loadResources(),
      this.loadPreferences(),
    ]);
  }

  /** Read again what may have changed where something of these kinds did. */
  async reload(kinds: readonly string[]): Promise<void> {
    if (kinds.includes("everything")) return this.load();
    const concerned: Record<string, () => Promise<unknown>> = {
      workspace: () => this.loadWorkspace(),
      member: () => Promise.all([this.loadMembers(), this.loadCalendars(), this.loadPreferences()]),
      calendar: () => this.loadCalendars(),
      category: () => this.loadCategories(),
      resource: () => this.loadResources(),
    };
    await Promise.all(kinds.map((kind) => concerned[kind]?.()));
  }

  async loadWorkspace(): Promise<void> {
    this.workspace = await taken(this.#api.GET("/api/v1/workspace"));
  }

  async loadMembers(): Promise<void> {
    this.members = await everyPage((cursor) =>
      taken(this.#api.GET("/api/v1/members", { params: { query: { cursor, limit: 200 } } })),
    );
  }

  async loadCalendars(): Promise<void> {
    this.calendars = (await taken(this.#api.GET("/api/v1/calendars"))).items;
  }

  async loadCategories(): Promise<void> {
    this.categories = (await taken(this.#api.GET("/api/v1/categories"))).items;
  }

  async loadResources(): Promise<void> {
    const query = { inactive: true };
    this.resources = (await taken(this.#api.GET("/api/v1/resources", { params: { query } }))).items;
  }

  async loadPreferences(): Promise<void> {
    const path = { member_id: this.actor.member_id };
    this.preferences = await taken(
      this.#api.GET("/api/v1/members/{member_id}/preferences", { params: { path } }),
    );
  }
}

function byId<T extends { id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((each) => [each.id, each]));
}
