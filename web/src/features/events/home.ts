import type { CalendarShown } from "#/api/schema";
import type { Household } from "#/app/household.svelte";
import type { WallTimes } from "#/features/calendar/drawn";
import { wallAt } from "#/time/zoned";

import { blank, type EventForm } from "./form";
import type { Opened } from "./opened";

const HOUR = 3_600_000; // milliseconds

/** Give the calendar that a new event goes into unless another is chosen: one's own, or that of a member. */
export function homeCalendar(household: Household, member?: string): CalendarShown | undefined {
  const owned = (id: string) => household.writable.find(({ owner_member_id }) => owner_member_id === id);
  return (member ? owned(member) : undefined) ?? owned(household.actor.member_id) ?? household.writable[0];
}

/** Give the form that a new event begins with. */
export function newForm(
  household: Household,
  { times, title = "", member, resource }: Extract<Opened, { kind: "new" }>,
): EventForm {
  const calendar = homeCalendar(household, member);
  const form = blank(times ?? nextHour(household), household.zone, calendar?.id ?? "");
  const elsewhere = member && member !== calendar?.owner_member_id;
  return {
    ...form,
    title,
    participants: elsewhere ? [{ member_id: member, required: true, response: "accepted" }] : [],
    resources: resource ? [resource] : [],
  };
}

/** Give the times of an event that begins with the next full hour. */
function nextHour({ zone, preferences }: Household): WallTimes {
  const start = Math.ceil(Date.now() / HOUR) * HOUR;
  const minutes = preferences?.default_event_duration_minutes ?? 60;
  return { start: wallAt(start, zone), end: wallAt(start + minutes * 60_000, zone), allDay: false };
}
