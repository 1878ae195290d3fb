import type { StretchShown } from "#/api/schema";
import { instantOf, plusDays, type Wall } from "#/time/zoned";

/** One use of a thing; instants are milliseconds since 1970. */
export interface Use {
  readonly key: string;
  readonly title: string;
  readonly status: string;
  readonly event: string | null;
  readonly reservation: string | null;
  readonly start: number;
  readonly end: number;
}

/** The part of a use that lies in one day, as parts of that day from 0 to 1, beside what overlaps it. */
export interface Bar {
  readonly use: Use;
  readonly from: number;
  readonly to: number;
  readonly lane: number;
}

export interface DayOfUse {
  readonly date: Wall;
  readonly bars: readonly Bar[];
  /** How many use it at once at most. */
  readonly peak: number;
}

const DAYS = 7;

/** Give what uses a thing, in order of start, out of the stretches in which the same do. */
export function usesOf(stretches: readonly StretchShown[]): Use[] {
  const found: { -readonly [K in keyof Use]: Use[K] }[] = [];
  let running: typeof found = [];
  for (const { start, end, by } of stretches) {
    const [from, to] = [Date.parse(start), Date.parse(end)];
    const before = running;
    running = by.map((taken) => {
      const place = before.findIndex(
        (use) =>
          use.end === from &&
          use.event === taken.event_id &&
          use.reservation === taken.reservation_id &&
          use.title === taken.title,
      );
      const [known] = place < 0 ? [] : before.splice(place, 1);
      if (known) {
        known.end = to;
        return known;
      }
      const { title, status, event_id: event, reservation_id: reservation } = taken;
      const use = { key: String(found.length), title, status, event, reservation, start: from, end: to };
      found.push(use);
      return use;
    });
  }
  return found;
}

/** Give the days of a week with what lies in each, by the clock of a zone. */
export function weekOfUse(uses: readonly Use[], first: Wall, zone: string): DayOfUse[] {
  return Array.from({ length: DAYS }, (_, index) => dayOfUse(uses, plusDays(first, index), zone));
}

function dayOfUse(uses: readonly Use[], date: Wall, zone: string): DayOfUse {
  const [dawn, dusk] = [instantOf(date, zone), instantOf(plusDays(date, 1), zone)];
  const ends: number[] = []; // of the last use in each lane
  const bars = uses
    .filter((use) => use.start < dusk && use.end > dawn)
    .map((use) => {
      const free = ends.findIndex((end) => end <= use.start);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = use.end;
      const part = (instant: number) => (Math.min(Math.max(instant, dawn), dusk) - dawn) / (dusk - dawn);
      return { use, from: part(use.start), to: part(use.end), lane };
    });
  return { date, bars, peak: ends.length };
}

/** Give the first time, an instant, at which one more can have a thing for so long; null where there is none. */
export function nextFree(stretches: readonly StretchShown[], capacity: number, lasts: number): number | null {
  let since: number | null = null;
  for (const { start, end, usage } of stretches) {
    if (usage >= capacity) since = null;
    else since ??= Date.parse(start);
    if (since !== null && Date.parse(end) - since >= lasts) return since;
  }
  return null;
}
