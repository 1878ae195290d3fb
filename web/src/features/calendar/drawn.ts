import type { Calendar } from "@event-calendar/core";

import type { Occurrence } from "#/api/schema";
import type { Household } from "#/app/household.svelte";
import type { ColorBy } from "#/app/look";
import { wallAt, type Wall } from "#/time/zoned";

/** When something is on the clock of the viewer; dates where it lasts all day. `end` is exclusive. */
export interface WallTimes {
  readonly start: Wall;
  readonly end: Wall;
  readonly allDay: boolean;
}

const NEUTRAL = "#7d858e";
// Colours for who or what has none of its own: even in lightness, told apart also by colour-blind people.
const PALETTE = ["#2a7f9e", "#b03a48", "#6b7a1e", "#7b5ea7", "#c2571a", "#3a7d44", "#96507e", "#8a6d1f"];

/** Give an occurrence's times on the clock of a zone; a floating one is at its time on every clock. */
export function wallTimes(
  occurrence: Pick<Occurrence, "start" | "end" | "all_day" | "floating">,
  zone: string,
): WallTimes {
  const { start, end, all_day, floating } = occurrence;
  if (all_day) return { start, end, allDay: true };
  if (floating) return { start: start.slice(0, 19), end: end.slice(0, 19), allDay: false };
  return { start: wallAt(Date.parse(start), zone), end: wallAt(Date.parse(end), zone), allDay: false };
}

/** Name an occurrence among all: the event and which of its occurrences. */
export function keyOf(occurrence: Pick<Occurrence, "id" | "recurrence_key">): string {
  return `${occurrence.id} ${occurrence.recurrence_key}`;
}

/** Whose time an occurrence takes, as ids of members: its participants, or else its calendar's owner. */
export function takersOf(occurrence: Occurrence, household: Household): readonly string[] {
  const { participants } = occurrence;
  if (participants.length)
    return participants.filter((each) => each.response !== "declined").map((each) => each.member_id);
  const owner = household.calendar.get(occurrence.calendar_id)?.owner_member_id;
  return owner ? [owner] : [];
}

/** Give the colour that an occurrence is drawn in. */
export function colorOf(occurrence: Occurrence, by: ColorBy, household: Household): string {
  const calendar = household.calendar.get(occurrence.calendar_id);
  switch (by) {
    case "category":
      return occurrence.category?.color ?? paletteColor(occurrence.category?.level ?? 0);
    case "member": {
      const first = takersOf(occurrence, household)[0];
      return first ? memberColor(first, household) : NEUTRAL;
    }
    case "calendar":
      return calendar?.color ?? paletteColor(household.calendars.findIndex((each) => each === calendar));
  }
}

/** Give a member's colour: that of their personal calendar, or else one by their place in the list. */
export function memberColor(member: string, household: Household): string {
  const own = household.calendars.find((each) => each.owner_member_id === member && each.color);
  return own?.color ?? paletteColor(household.members.findIndex((each) => each.id === member));
}

/** Give an occurrence as the board draws it; its own data travels along under `occurrence`. */
export function drawn(
  occurrence: Occurrence,
  {
    zone,
    by,
    household,
    rows,
  }: { zone: string; by: ColorBy; household: Household; rows?: readonly string[] },
): Calendar.EventInput {
  const { start, end, allDay } = wallTimes(occurrence, zone);
  const classNames = [
    occurrence.status === "proposed" ? "proposed" : "",
    occurrence.status === "cancelled" || occurrence.completed_at ? "over" : "",
    occurrence.transparent ? "transparent" : "",
    occurrence.sight === "busy" ? "busy" : "",
  ].filter(Boolean);
  return {
    id: keyOf(occurrence),
    start,
    end,
    allDay,
    title: occurrence.title,
    editable: occurrence.editable,
    styles: [`--event: ${colorOf(occurrence, by, household)}`],
    classNames,
    resourceIds: rows ? [...rows] : undefined,
    extendedProps: { occurrence },
  };
}

function paletteColor(index: number): string {
  return PALETTE[((index % PALETTE.length) + PALETTE.length) % PALETTE.length] ?? NEUTRAL;
}
