import { plusDays, type Wall } from "#/time/zoned";

/** What a month lays out: all of a day, or of several days. `end` is exclusive. */
export interface Laid {
  readonly start: Wall;
  readonly end: Wall;
  readonly allDay?: boolean;
}

/** What there is room for, and for each date how much more there is. */
export interface Fit<T> {
  readonly shown: readonly T[];
  readonly more: ReadonlyMap<Wall, number>;
}

/**
 * Choose what a month shows where a day has room for so many lines, one of them for the word of what is left.
 *
 * Lines are given as the board gives them: in order of start, all-day before timed, each event on the first
 * line that is free on all of its days. Drawing what would be hidden anyway is what makes a full month slow.
 */
export function fitted<T extends Laid>(events: readonly T[], dates: readonly Wall[], lines: number): Fit<T> {
  const taken = new Map<Wall, boolean[]>(dates.map((date) => [date, []]));
  const count = new Map<Wall, number>();
  const placed = [...events].sort(byStart).map((event) => ({ event, days: daysOf(event, dates) }));
  for (const { days } of placed) add(count, days);
  const shown: T[] = [];
  const more = new Map<Wall, number>();
  for (const { event, days } of placed) {
    if (!days.length) continue;
    const room = Math.min(...days.map((day) => ((count.get(day) ?? 0) > lines ? lines - 1 : lines)));
    const line = firstFree(days, taken);
    if (line < room) {
      shown.push(event);
      for (const day of days) (taken.get(day) ?? [])[line] = true;
    } else add(more, days);
  }
  return { shown, more };
}

function firstFree(days: readonly Wall[], taken: ReadonlyMap<Wall, boolean[]>): number {
  let line = 0;
  while (days.some((day) => taken.get(day)?.[line])) line++;
  return line;
}

function daysOf(event: Laid, dates: readonly Wall[]): readonly Wall[] {
  const [start, end] = [full(event.start), full(event.end)];
  const first = dates.findIndex((date) => full(plusDays(date, 1)) > start);
  if (first < 0) return [];
  const after = dates.findIndex((date, index) => index >= first && full(date) >= end);
  return dates.slice(first, after < 0 ? undefined : after);
}

function add(counts: Map<Wall, number>, days: readonly Wall[]): void {
  for (const day of days) counts.set(day, (counts.get(day) ?? 0) + 1);
}

function full(wall: Wall): Wall {
  return wall.length === 10 ? `${wall}T00:00:00` : wall;
}

function byStart(one: Laid, other: Laid): number {
  if (one.start === other.start) return 0;
  return one.start < other.start ? -1 : 1; // a date comes before the times of its day
}
