import type { Occurrence } from "#/api/schema";
import { plusDays, type Wall } from "#/time/zoned";

import { wallTimes, type WallTimes } from "./drawn";
import { type Dates, datesIn } from "./views";

/** An occurrence on one of its days. */
export interface Entry {
  readonly occurrence: Occurrence;
  /** What of it falls on the day: null where that is all of the day, or it lasts all day. */
  readonly from: Wall | null;
  readonly to: Wall | null;
}

export interface AgendaDay {
  readonly date: Wall;
  readonly entries: readonly Entry[];
}

/** Give the days that hold something, each with all that is on then: what lasts the day first, then in order of time. */
export function agendaOf(
  occurrences: readonly Occurrence[],
  dates: Dates,
  zone: string,
): readonly AgendaDay[] {
  const days = new Map<Wall, Entry[]>(datesIn(dates).map((date) => [date, []]));
  for (const occurrence of occurrences) {
    const times = wallTimes(occurrence, zone);
    const first = times.start.slice(0, 10);
    for (let date = first < dates.start ? dates.start : first; date < dates.end; date = plusDays(date, 1)) {
      const entry = entryOn(date, occurrence, times);
      if (!entry) break;
      days.get(date)?.push(entry);
    }
  }
  return [...days]
    .filter(([, entries]) => entries.length)
    .map(([date, entries]) => ({ date, entries: entries.sort(byTime) }));
}

function entryOn(date: Wall, occurrence: Occurrence, { start, end, allDay }: WallTimes): Entry | null {
  const [midnight, next] = [`${date}T00:00:00`, `${plusDays(date, 1)}T00:00:00`];
  if (allDay) return date < end ? { occurrence, from: null, to: null } : null;
  if (end <= midnight && start < midnight) return null;
  return { occurrence, from: start < midnight ? null : start, to: end > next ? null : end };
}

function byTime(one: Entry, other: Entry): number {
  const [first, second] = [one.from ?? "", other.from ?? ""];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
