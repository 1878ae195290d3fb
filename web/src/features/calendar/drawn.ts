import type { Calendar } from "@event-calendar/core";

import type { Occurrence, ReservationShown } from "#/api/schema";
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

/** How occurrences are drawn: on the clock of which zone, and coloured after what. */
export interface Drawing {
  readonly zone: string;
  readonly by: ColorBy;
  readonly household: Household;
}

/** An occurrence as the board draws it; its own data travels along. */
export interface Drawn extends Calendar.EventInput {
  readonly start: Wall;
  readonly end: Wall;
  readonly styles: string[];
  readonly classNames: string[];
  readonly extendedProps: { readonly occurrence: Occurrence };
}

const BRIEF = 45 * 60_000; // milliseconds; what is shorter has one line

/** Give an occurrence as the board draws it, in some of the board's rows where it has any. */
export function drawn(
  occurrence: Occurrence,
  { zone, by, household }: Drawing,
  rows?: readonly string[],
): Drawn {
  const times = wallTimes(occurrence, zone);
  const classNames = [STATE_CLASSES[stateOf(occurrence) ?? "confirmed"]];
  if (occurrence.transparent) classNames.push("transparent");
  if (Date.parse(occurrence.end) - Date.parse(occurrence.start) < BRIEF) classNames.push("brief");
  return {
    id: keyOf(occurrence),
    ...times,
    title: occurrence.title,
    editable: occurrence.editable,
    styles: [`--event: ${colorOf(occurrence, by, household)}`],
    classNames: classNames.filter(Boolean),
    resourceIds: rows ? [...rows] : undefined,
    extendedProps: { occurrence },
  };
}

/** Give what is reserved without an event as the timeline draws it, in the row of the thing; it stays where it is. */
export function drawnAlone(reservation: ReservationShown, household: Household): Calendar.EventInput {
  const { id, title, start, end, status, member_id, resource_id } = reservation;
  return {
    id: `reservation ${id}`,
    ...wallTimes({ start, end, all_day: false, floating: false }, household.zone),
    title,
    editable: false,
    styles: [`--event: ${memberColor(member_id, household)}`],
    classNames: status === "proposed" ? ["proposed"] : [],
    resourceIds: [resource_id],
    extendedProps: { reservation },
  };
}

/** What is to be said of an occurrence besides its title and times; nothing of one that is simply on. */
export type State = "proposed" | "cancelled" | "completed" | "busy";

const STATE_CLASSES: Readonly<Record<State | "confirmed", string>> = {
  proposed: "proposed",
  cancelled: "over",
  completed: "over",
  busy: "busy",
  confirmed: "",
};

export function stateOf(occurrence: Occurrence): State | null {
  if (occurrence.sight === "busy") return "busy";
  if (occurrence.status === "cancelled") return "cancelled";
  if (occurrence.completed_at) return "completed";
  return occurrence.status === "proposed" ? "proposed" : null;
}

function paletteColor(index: number): string {
  return PALETTE[((index % PALETTE.length) + PALETTE.length) % PALETTE.length] ?? NEUTRAL;
}
