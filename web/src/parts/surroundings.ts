import { type Api, taken } from "#/api/client";
import type { Occurrence } from "#/api/schema";
import type { Household } from "#/app/household.svelte";
import { plusDays } from "#/time/zoned";

import { type Change, datesOfChanges, daysAround, type PicturedDay } from "./week-picture";

/** The days around changes, and what is on them now. */
export interface Surroundings {
  readonly dates: readonly PicturedDay[];
  readonly occurrences: readonly Occurrence[];
}

const MOST = 7; // days that are drawn beside each other

/** Read the days around changes: none where nothing has a time, or where they lie too far apart to be drawn. */
export async function surroundingsOf(
  changes: readonly Change[],
  { api, household, signal }: { api: Api; household: Household; signal: AbortSignal },
): Promise<Surroundings> {
  const dates = daysAround(datesOfChanges(changes, household.zone), household.firstDay);
  const [first, last] = [dates[0], dates.at(-1)];
  if (!first || !last || dates.length > MOST) return { dates: [], occurrences: [] };
  const query = { start: first.date, end: plusDays(last.date, 1) };
  const { items } = await taken(api.GET("/api/v1/events", { params: { query }, signal }));
  return { dates, occurrences: items };
}
