import type { ActorView, CalendarShown, Grant } from "#/api/schema";
import type { Key } from "#/text/words.svelte";

type Visibility = CalendarShown["visibility"];

export const VISIBILITIES: readonly Visibility[] = ["private", "family", "public"];
export const GRANTS: readonly Grant[] = ["free_busy", "read", "write"];

export const VISIBILITY_NAMES: Readonly<Record<Visibility, Key>> = {
  private: "calendars.private",
  family: "calendars.family",
  public: "calendars.public",
};
export const GRANT_NAMES: Readonly<Record<Grant, Key>> = {
  free_busy: "calendars.free_busy",
  read: "calendars.read",
  write: "calendars.write",
};

/** Where a calendar stands on the page. */
export type Group = "own" | "common" | "others";

type Known = Pick<CalendarShown, "kind" | "owner_member_id" | "access">;
type Viewer = Pick<ActorView, "member_id" | "permission">;

export function groupOf(calendar: Known, viewer: Viewer): Group {
  if (calendar.owner_member_id === viewer.member_id) return "own";
  return calendar.kind === "personal" ? "others" : "common";
}

/** Say whether somebody may change a calendar's settings; the server has the last word. */
export function mayAdminister(calendar: Known, { member_id, permission }: Viewer): boolean {
  if (permission === "viewer") return false;
  if (calendar.owner_member_id === member_id) return true;
  return calendar.access === "write" && (calendar.kind === "shared" || permission === "owner");
}

/** Say who sees what of a calendar, as the key of a sentence. */
export function whoSees(kind: CalendarShown["kind"], visibility: Visibility): Key {
  if (kind === "family") return "calendars.seen_by_family";
  if (visibility === "private")
    return kind === "shared" ? "calendars.seen_by_granted" : "calendars.seen_as_busy";
  return visibility === "public" ? "calendars.seen_by_public" : "calendars.seen_by_all";
}
