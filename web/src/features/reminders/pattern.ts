import { type Day, DAYS } from "#/features/rules/rule";

/** What plain choices can say of a cron pattern: on which days, and at which hours, all at the same minute. */
export interface Plain {
  /** In the order of the week; never none. */
  readonly days: readonly Day[];
  readonly minute: number;
  /** Ascending; never none. */
  readonly hours: readonly number[];
}

const WORKDAYS = DAYS.slice(0, 5);
// Cron counts from Sunday, and has a second one at the end.
const NUMBERED = ["sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] as readonly Day[];

/** Write choices as a pattern; without any day it is every day. */
export function cronOf({ days, minute, hours }: Plain): string {
  return `${minute} ${hours.join(",")} * * ${daysText(days)}`;
}

/** Read a pattern as choices; null where it says more than they can. */
export function plainOf(cron: string): Plain | null {
  const [minute = "", hours = "", date, month, weekdays = "", ...rest] = cron.trim().split(/\s+/);
  if (date !== "*" || month !== "*" || rest.length || !isBelow(minute, 60)) return null;
  const listed = hours.split(",");
  const days = daysOf(weekdays);
  if (!days || !listed.every((each) => isBelow(each, 24))) return null;
  const unique = [...new Set(listed.map(Number))].sort((one, other) => one - other);
  return { days, minute: Number(minute), hours: unique };
}

/** Whether it is Monday to Friday. */
export function areWorkdays(days: readonly Day[]): boolean {
  return days.join() === WORKDAYS.join();
}

/** Give a time of day as inputs hold it: `08:05`. */
export function clockOf(hour: number, minute: number): string {
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

function daysText(days: readonly Day[]): string {
  if (days.length === 0 || days.length === DAYS.length) return "*";
  return areWorkdays(days) ? "mon-fri" : days.join(",");
}

function daysOf(text: string): readonly Day[] | null {
  if (text === "*") return DAYS;
  const found = new Set<Day>();
  for (const part of text.toLowerCase().split(",")) {
    const [first = "", last = first, ...rest] = part.split("-");
    const [from, to] = [numberOf(first), numberOf(last)];
    if (rest.length || from === null || to === null) return null;
    const until = to < from && to === 0 ? 7 : to; // as in `sat-sun`
    if (until < from) return null;
    for (const day of NUMBERED.slice(from, until + 1)) found.add(day);
  }
  return DAYS.filter((day) => found.has(day));
}

function numberOf(day: string): number | null {
  if (isBelow(day, NUMBERED.length)) return Number(day);
  const number = NUMBERED.indexOf(day as Day);
  return number < 0 ? null : number;
}

function isBelow(text: string, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) < most;
}
