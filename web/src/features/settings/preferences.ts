import { type Api, ifMatch, taken } from "#/api/client";
import type { Preferences } from "#/api/schema";
import type { Household } from "#/app/household.svelte";
import { type ColorBy, lookOf, withLook } from "#/app/look";
import type { Stored, Values } from "#/parts/edit.svelte";
import type { Store } from "#/parts/saving.svelte";
import { severalOf } from "#/parts/several";

/** How somebody likes their days; a time is empty and a number null where there is no wish. */
export type DayFields = {
  preferred_start_time: string;
  preferred_end_time: string;
  no_events_before: string;
  no_events_after: string;
  default_event_duration_minutes: number | null;
  min_gap_between_events_minutes: number | null;
  max_events_per_day: number | null;
};

/** How the app looks and speaks; further zones are several in one text. */
export type LookFields = {
  language: string;
  week_start: Preferences["week_start"];
  color_by: ColorBy;
  zones: string;
};

export type NotificationFields = {
  /** Minutes before an event, several in one text, the smallest first. */
  reminders: string;
};

/** A part of the preferences as a form holds it, and as the server takes it. */
export interface Part<T extends Values> {
  readonly of: (preferences: Preferences) => T;
  readonly changed: (changes: Partial<T>, stored: Preferences) => Record<string, unknown>;
}

const TIMES = ["preferred_start_time", "preferred_end_time", "no_events_before", "no_events_after"] as const;

export const DAY_PART: Part<DayFields> = {
  of: (preferences) => ({
    preferred_start_time: preferences.preferred_start_time ?? "",
    preferred_end_time: preferences.preferred_end_time ?? "",
    no_events_before: preferences.no_events_before ?? "",
    no_events_after: preferences.no_events_after ?? "",
    default_event_duration_minutes: preferences.default_event_duration_minutes,
    min_gap_between_events_minutes: preferences.min_gap_between_events_minutes,
    max_events_per_day: preferences.max_events_per_day ?? null,
  }),
  changed: (changes) =>
    Object.fromEntries(
      Object.entries(changes).map(([field, value]) => [field, isTime(field) && value === "" ? null : value]),
    ),
};

export const LOOK_PART: Part<LookFields> = {
  of: (preferences) => {
    const { zones, colorBy } = lookOf(preferences);
    const { language, week_start } = preferences;
    return { language, week_start, color_by: colorBy, zones: zones.join(" ") };
  },
  changed: ({ zones, color_by, ...plain }, stored) => {
    if (zones === undefined && color_by === undefined) return plain;
    const look = {
      ...(zones === undefined ? {} : { zones: severalOf(zones) }),
      ...(color_by === undefined ? {} : { colorBy: color_by }),
    };
    return { ...plain, custom: withLook(stored.custom ?? {}, look) };
  },
};

export const NOTIFICATION_PART: Part<NotificationFields> = {
  of: ({ reminder_minutes_before }) => ({
    reminders: [...(reminder_minutes_before ?? [])].sort((one, other) => one - other).join(" "),
  }),
  changed: ({ reminders }) =>
    reminders === undefined ? {} : { reminder_minutes_before: severalOf(reminders).map(Number).reverse() },
};

/** How a form saves a part of one's own preferences. */
export function preferenceStore<T extends Values>(api: Api, household: Household, part: Part<T>): Store<T> {
  const path = { member_id: household.actor.member_id };
  let stored: Preferences;
  return {
    read: async () => {
      // The member first: a version that is too old is refused, one that is too new would not be.
      const { version } = await taken(api.GET("/api/v1/members/{member_id}", { params: { path } }));
      stored = await taken(api.GET("/api/v1/members/{member_id}/preferences", { params: { path } }));
      return { values: part.of(stored), version };
    },
    write: async ({ changes, version, once }) => {
      const answer = await api.PATCH("/api/v1/members/{member_id}/preferences", {
        params: { path, header: { ...ifMatch(version), ...once } },
        body: part.changed(changes, stored),
      });
      stored = await taken(Promise.resolve(answer));
      household.preferences = stored;
      const tag = answer.response.headers.get("ETag") ?? "";
      return { values: part.of(stored), version: Number(tag.replaceAll('"', "")) } satisfies Stored<T>;
    },
  };
}

function isTime(field: string): boolean {
  return (TIMES as readonly string[]).includes(field);
}
