import { instantOf, plusDays, type Wall, wallAt } from "#/time/zoned";

/** As RFC 5545 names them, the week's first day first. */
export const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export type Day = (typeof DAYS)[number];
export type Frequency = "daily" | "weekly" | "monthly" | "yearly";

/** When a series ends: never, with a date, or after so many times. */
export type Ending =
  | { readonly kind: "never" }
  | { readonly kind: "on"; readonly date: Wall }
  | { readonly kind: "after"; readonly count: number };

export interface Rule {
  readonly kind: "rule";
  readonly frequency: Frequency;
  readonly interval: number;
  /** Of a weekly rule; empty: the weekday of the start. */
  readonly days: readonly Day[];
  /** Of a monthly rule: the date, the weekday counted from the month's begin, or its last such weekday. */
  readonly monthly: "date" | "nth" | "last";
  readonly ending: Ending;
}

/** How an event repeats, as the form says it; `kept` is what the form cannot say and leaves alone. */
export type Repeat =
  { readonly kind: "none" } | Rule | { readonly kind: "kept"; readonly rules: readonly string[] };

export const ONCE: Repeat = { kind: "none" };
const WORKDAYS: readonly Day[] = ["MO", "TU", "WE", "TH", "FR"];

/** The clock that a rule lives by: a start, and its zone unless it is a date or floating. */
export interface Start {
  readonly start: Wall;
  readonly zone: string | null;
}

/** Give a plain rule of a frequency. */
export function every(frequency: Frequency): Rule {
  return { kind: "rule", frequency, interval: 1, days: [], monthly: "date", ending: { kind: "never" } };
}

/** Give the rule of every Monday to Friday. */
export function everyWorkday(): Rule {
  return { ...every("weekly"), days: WORKDAYS };
}

export function isEveryWorkday(repeat: Repeat): boolean {
  return (
    repeat.kind === "rule" &&
    repeat.frequency === "weekly" &&
    repeat.interval === 1 &&
    repeat.days.join() === WORKDAYS.join()
  );
}

/** Give the weekday of a date. */
export function dayOf(date: Wall): Day {
  return DAYS[(new Date(`${date.slice(0, 10)}T00:00:00Z`).getUTCDay() + 6) % 7] ?? "MO";
}

/** Give a date on a weekday, to name it by. */
export function dateOn(day: Day): Wall {
  return plusDays("2024-01-01", DAYS.indexOf(day));
}

/** Give which of its weekdays in the month a date is: 1 to 5. */
export function ordinalOf(date: Wall): number {
  return Math.ceil(Number(date.slice(8, 10)) / 7);
}

/** Say whether no such weekday follows in the month. */
export function isLastInMonth(date: Wall): boolean {
  return plusDays(date, 7).slice(5, 7) !== date.slice(5, 7);
}

/** Read stored rules; what the form cannot say exactly is kept. */
export function repeatOf(rules: readonly string[], at: Start): Repeat {
  const [rule, ...others] = rules;
  if (!rule) return ONCE;
  return (others.length ? null : readRule(rule, at)) ?? { kind: "kept", rules };
}

/** Write the rules that the form says. */
export function rulesOf(repeat: Repeat, at: Start): string[] {
  if (repeat.kind === "none") return [];
  if (repeat.kind === "kept") return [...repeat.rules];
  const parts = [`FREQ=${repeat.frequency.toUpperCase()}`];
  if (repeat.interval > 1) parts.push(`INTERVAL=${repeat.interval}`);
  if (repeat.frequency === "weekly" && repeat.days.length)
    parts.push(`BYDAY=${DAYS.filter((day) => repeat.days.includes(day)).join(",")}`);
  if (repeat.frequency === "monthly" && repeat.monthly !== "date") {
    const nth = repeat.monthly === "last" ? -1 : ordinalOf(at.start);
    parts.push(`BYDAY=${nth}${dayOf(at.start)}`);
  }
  if (repeat.ending.kind === "after") parts.push(`COUNT=${repeat.ending.count}`);
  if (repeat.ending.kind === "on") parts.push(`UNTIL=${untilOf(repeat.ending.date, at)}`);
  return [parts.join(";")];
}

type Parts = Map<string, string>;

function readRule(text: string, at: Start): Rule | null {
  const parts: Parts = new Map(
    text
      .toUpperCase()
      .split(";")
      .map((part) => part.split("=", 2) as [string, string]),
  );
  const frequency = take(parts, "FREQ")?.toLowerCase();
  if (!isFrequency(frequency)) return null;
  const interval = Number(take(parts, "INTERVAL") ?? 1);
  const weekStart = take(parts, "WKST") ?? "MO";
  const ending = readEnding(parts, at);
  const by = readBy(frequency, parts, at.start);
  // The begin of the week decides only which weeks "every second week" skips.
  const known = parts.size === 0 && (weekStart === "MO" || frequency !== "weekly" || interval === 1);
  return ending && by && known ? { kind: "rule", frequency, interval, ...by, ending } : null;
}

function readBy(frequency: Frequency, parts: Parts, start: Wall): Pick<Rule, "days" | "monthly"> | null {
  const plain = { days: [], monthly: "date" } as const;
  const byDay = parts.get("BYDAY")?.split(",");
  if (byDay && frequency === "weekly") {
    parts.delete("BYDAY");
    const days = DAYS.filter((day) => byDay.includes(day));
    if (days.length !== byDay.length || !days.includes(dayOf(start))) return null;
    return { ...plain, days: days.length === 1 ? [] : days };
  }
  if (byDay && frequency === "monthly") {
    parts.delete("BYDAY");
    if (byDay.join() === `${ordinalOf(start)}${dayOf(start)}`) return { ...plain, monthly: "nth" };
    if (byDay.join() === `-1${dayOf(start)}` && isLastInMonth(start)) return { ...plain, monthly: "last" };
    return null;
  }
  // The start's own date, said once more.
  const said = (name: string, value: string) => parts.get(name) === value && parts.delete(name);
  const month = Number(start.slice(5, 7));
  const day = Number(start.slice(8, 10));
  if (frequency === "monthly") said("BYMONTHDAY", String(day));
  if (frequency === "yearly" && (!parts.has("BYMONTHDAY") || parts.has("BYMONTH"))) {
    said("BYMONTH", String(month));
    said("BYMONTHDAY", String(day));
  }
  return plain;
}

function readEnding(parts: Parts, at: Start): Ending | null {
  const count = take(parts, "COUNT");
  const until = take(parts, "UNTIL");
  if (count) return { kind: "after", count: Number(count) };
  if (!until) return { kind: "never" };
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/.exec(until);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, utc] = match;
  const date = `${year}-${month}-${day}`;
  if (!utc || !at.zone) return { kind: "on", date };
  return {
    kind: "on",
    date: wallAt(Date.parse(`${date}T${hour}:${minute}:${second}Z`), at.zone).slice(0, 10),
  };
}

/** Write the end of a date as RFC 5545 3.3.10 wants it: in the form of the start, and in UTC where it has a zone. */
function untilOf(date: Wall, { start, zone }: Start): string {
  if (start.length === 10) return date.replaceAll("-", "");
  const end = `${date}T23:59:59`;
  const text = zone ? `${wallAt(instantOf(end, zone), "UTC")}Z` : end;
  return text.replaceAll(/[-:]/g, "");
}

function take(parts: Parts, name: string): string | undefined {
  const value = parts.get(name);
  parts.delete(name);
  return value;
}

function isFrequency(text: string | undefined): text is Frequency {
  return text === "daily" || text === "weekly" || text === "monthly" || text === "yearly";
}
