import { type Api, taken } from "#/api/client";
import type { EventShown, Occurrence } from "#/api/schema";
import { partOf } from "#/features/events/stored";
import type { Household } from "#/app/household.svelte";
import { plusDays, wallAt } from "#/time/zoned";

const YEAR = 366; // days

/** Give the occurrence that an address names; of a series that it names as a whole the next, or else the first. */
export async function linkedOccurrence(
  api: Api,
  household: Pick<Household, "zone">,
  { event, occurrence }: { event: string; occurrence: string | null },
): Promise<Occurrence> {
  const path = { event_id: event };
  const stored = await taken(api.GET("/api/v1/events/{event_id}", { params: { path } }));
  if (!stored.repeats) return stored;
  const next = occurrence === null ? await nextOf(api, household, stored) : undefined;
  return next ?? partOf(stored, { ...stored, recurrence_key: occurrence ?? firstOf(stored) });
}

async function nextOf(
  api: Api,
  { zone }: Pick<Household, "zone">,
  { id, calendar_id, title }: EventShown,
): Promise<Occurrence | undefined> {
  const today = wallAt(Date.now(), zone).slice(0, 10);
  const q = title.slice(0, 200) || undefined;
  const query = { start: today, end: plusDays(today, YEAR), calendar: [calendar_id], q };
  const { items } = await taken(api.GET("/api/v1/events", { params: { query } }));
  return items.find((each) => each.id === id);
}

function firstOf({ start, all_day }: EventShown): string {
  return all_day ? start : start.slice(0, 19);
}
