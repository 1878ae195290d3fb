import { plusDays, type Wall } from "#/time/zoned";

export type View = "day" | "week" | "month" | "agenda" | "timeline";
export const VIEWS: readonly View[] = ["day", "week", "month", "agenda", "timeline"];

/** What is spread out at once: a view, or of a week, where the screen is narrow, the three days that it has room for. */
export type Spread = View | "days";

/** Dates from `start` up to, and without, `end`. */
export interface Dates {
  readonly start: Wall;
  readonly end: Wall;
}

/** What a view shows when it is at a date. */
export interface Range {
  readonly date: Wall;
  readonly dates: Dates;
}

/** 0 is Sunday. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

const AGENDA_DAYS = 30;
export const FEW_DAYS = 3;

/** Give the dates that a view shows when it is at a date; a month with the ends of its first and last weeks. */
export function datesOf(view: Spread, date: Wall, firstDay: Weekday): Dates {
  switch (view) {
    case "day":
    case "timeline":
      return { start: date, end: plusDays(date, 1) };
    case "days":
      return { start: date, end: plusDays(date, FEW_DAYS) };
    case "week": {
      const start = weekStart(date, firstDay);
      return { start, end: plusDays(start, 7) };
    }
    case "month": {
      const start = weekStart(monthStart(date), firstDay);
      const last = plusDays(monthStart(plusMonths(date, 1)), -1);
      return { start, end: plusDays(weekStart(last, firstDay), 7) };
    }
    case "agenda":
      return { start: date, end: plusDays(date, AGENDA_DAYS) };
  }
}

/** Give the date that a view is at after some steps forward, or back. */
export function stepped(view: Spread, date: Wall, steps: number): Wall {
  switch (view) {
    case "day":
    case "timeline":
      return plusDays(date, steps);
    case "days":
      return plusDays(date, FEW_DAYS * steps);
    case "week":
      return plusDays(date, 7 * steps);
    case "month":
      return plusMonths(date, steps);
    case "agenda":
      return plusDays(date, AGENDA_DAYS * steps);
  }
}

/** Give each of the dates. */
export function datesIn({ start, end }: Dates): readonly Wall[] {
  const dates: Wall[] = [];
  for (let date = start; date < end; date = plusDays(date, 1)) dates.push(date);
  return dates;
}

export function weekStart(date: Wall, firstDay: Weekday): Wall {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return plusDays(date, -((weekday - firstDay + 7) % 7));
}

function monthStart(date: Wall): Wall {
  return `${date.slice(0, 7)}-01`;
}

/** Give the first day of a month some months later. */
function plusMonths(date: Wall, months: number): Wall {
  const moved = new Date(`${monthStart(date)}T00:00:00Z`);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  return moved.toISOString().slice(0, 10);
}
