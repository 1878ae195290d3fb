import type { EventPart, EventShown, Occurrence } from "#/api/schema";
import type { Household } from "#/app/household.svelte";
import { instantOf, isoAt, plusDays } from "#/time/zoned";

import { type EventForm, formOf } from "./form";

/** An event as the server has it, and the occurrence of it that the panel is about. */
export interface Stored {
  readonly event: EventShown;
  readonly part: EventPart;
  readonly form: EventForm;
}

/** Give what the panel is about in an event that was read. */
export function storedOf(event: EventShown, occurrence: Occurrence, household: Household): Stored {
  const part = partOf(event, occurrence);
  return { event, part, form: formOf(part, event.rules, household.zone) };
}

/** Give one occurrence of an event: as it was changed, or else as the series has it. */
export function partOf(event: EventShown, occurrence: Occurrence): EventPart {
  const { recurrence_key: key } = occurrence;
  if (!occurrence.repeats || !key) return event;
  const changed = event.overrides.find((each) => each.recurrence_key === key);
  if (changed) return { ...changed, version: event.version };
  // What a change of "this and all that follow" in a file did to it, the range that it was read from knows.
  const shifted = event.overrides.some((each) => each.this_and_future);
  if (shifted) return { ...event, ...occurrence, version: event.version };
  return { ...event, ...timesAt(event, key), recurrence_key: key };
}

/** Give the times of an occurrence that nothing changed: it starts as its key says, and lasts as the series does. */
function timesAt(event: EventShown, key: string): { start: string; end: string } {
  const length = instant(event.end, event) - instant(event.start, event);
  if (event.all_day) return { start: key, end: plusDays(key, Math.round(length / 86_400_000)) };
  const zone = event.zone ?? "UTC";
  const start = instantOf(key.slice(0, 19), zone);
  const show = (at: number) => (event.floating ? isoAt(at, zone).slice(0, 19) : isoAt(at, zone));
  return { start: show(start), end: show(start + length) };
}

function instant(text: string, { floating, all_day }: EventShown): number {
  return floating || all_day ? instantOf(text, "UTC") : Date.parse(text);
}
