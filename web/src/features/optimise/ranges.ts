import type { Dates } from "#/features/calendar/views";
import { weekStart, type Weekday } from "#/features/calendar/views";
import { plusDays, wallAt, type Wall } from "#/time/zoned";

export type Choice = "this" | "next" | "custom";

export const LONGEST = 31; // days, as the server has it

/** Give the dates of this week or the next, seen from a day; `end` is not in them. */
export function weekFrom(choice: "this" | "next", today: Wall, firstDay: Weekday): Dates {
  const start = plusDays(weekStart(today, firstDay), choice === "next" ? 7 : 0);
  return { start, end: plusDays(start, 7) };
}

/** Say what is wrong with a stretch that was typed, whose last day is in it. */
export function issueWith(
  first: Wall,
  last: Wall,
  today: Wall,
): "missing" | "backwards" | "over" | "long" | null {
  if (!first || !last) return "missing";
  if (last < first) return "backwards";
  if (last < today) return "over";
  if (last >= plusDays(first, LONGEST)) return "long";
  return null;
}

/** Give the weeks that a stretch touches, each by its first day. */
export function weeksOf({ start, end }: Dates, firstDay: Weekday): readonly Wall[] {
  const weeks = [];
  for (let week = weekStart(start, firstDay); week < end; week = plusDays(week, 7)) weeks.push(week);
  return weeks;
}

/** Give the dates that a stretch between two instants touches. */
export function datesBetween({ start, end }: { start: string; end: string }, zone: string): Dates {
  const dateAt = (instant: number) => wallAt(instant, zone).slice(0, 10);
  return { start: dateAt(Date.parse(start)), end: plusDays(dateAt(Date.parse(end) - 1), 1) };
}
