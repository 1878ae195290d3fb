import type { Formats } from "#/text/formats.svelte";
import type { Translate } from "#/text/words.svelte";

import { type Day, DAYS, type Parameters, type Rule } from "./rule";

/** How a reading says things: in which language, and what ids are called. */
export interface Saying {
  readonly t: Translate;
  readonly formats: Pick<Formats, "clock" | "minutes" | "together" | "wall">;
  readonly member: (id: string) => string;
  readonly resource: (id: string) => string;
}

const MONDAY = 5; // of January 1970
const LONG_RUN = 3; // days in a row that are said as from one to another

/**
 * Say what a rule asks as anybody would; null while a parameter that it needs is missing.
 *
 * A `custom` one is its expression, which stands beside the reading.
 */
export function reading(rule: Rule, parameters: Parameters, saying: Saying): string | null {
  const { t, formats } = saying;
  const time = clockTime(parameters["time"]);
  const count = wholeNumber(parameters["count"]);
  switch (rule) {
    case "no_events_before":
      return time && t("rules.reading_before", { time: formats.clock(time) });
    case "no_events_after":
      if (time === "00:00") return t("rules.reading_after_midnight");
      return time && t("rules.reading_after", { time: formats.clock(time) });
    case "blocked_window":
      return blocked(parameters, saying);
    case "preferred_window": {
      const window = windowOf(parameters, saying);
      if (!window) return null;
      const days = daysOf(parameters, saying);
      return days
        ? t("rules.reading_preferred_on", { days, window })
        : t("rules.reading_preferred", { window });
    }
    case "min_gap_minutes": {
      const minutes = wholeNumber(parameters["minutes"]);
      return minutes === null ? null : t("rules.reading_gap", { minutes: formats.minutes(minutes) });
    }
    case "max_events_per_day":
      return count === null ? null : t("rules.reading_per_day", { count });
    case "max_events_per_week":
      return count === null ? null : t("rules.reading_per_week", { count });
    case "resource_priority":
      return kept(parameters, saying);
    case "custom":
      return parameters["expression"] ? t("rules.reading_custom") : null;
  }
}

/** Say weekdays, each by its name; null for all seven. */
export function daysOf(parameters: Parameters, { t, formats }: Pick<Saying, "t" | "formats">): string | null {
  const given = parameters["days"];
  if (!Array.isArray(given)) return null;
  const days = DAYS.filter((day) => given.includes(day));
  if (days.length === 0 || days.length === DAYS.length) return null;
  const run = runOf(days);
  if (run) return t("rules.days_run", { first: dayName(run[0], formats), last: dayName(run[1], formats) });
  return formats.together(days.map((day) => dayName(day, formats)));
}

// The first and last of days that follow one another, also over the end of the week.
function runOf(days: readonly Day[]): [Day, Day] | null {
  const before = (day: Day) => DAYS[(DAYS.indexOf(day) + 6) % 7] as Day;
  const first = days.filter((day) => !days.includes(before(day)));
  if (days.length < LONG_RUN || first.length !== 1 || !first[0]) return null;
  const last = days.find((day) => !days.some((other) => before(other) === day));
  return last ? [first[0], last] : null;
}

/** Give a weekday's name in the language of the formats. */
export function dayName(
  day: Day,
  formats: Pick<Formats, "wall">,
  weekday: "long" | "short" = "long",
): string {
  return formats.wall(`1970-01-${String(MONDAY + DAYS.indexOf(day)).padStart(2, "0")}`, { weekday });
}

function blocked(parameters: Parameters, saying: Saying): string | null {
  const { t } = saying;
  const window = windowOf(parameters, saying);
  if (!window) return null;
  const days = daysOf(parameters, saying);
  if (isWholeDay(parameters))
    return days ? t("rules.reading_blocked_days", { days }) : t("rules.reading_blocked_always");
  return days ? t("rules.reading_blocked_on", { days, window }) : t("rules.reading_blocked", { window });
}

function kept(parameters: Parameters, saying: Saying): string | null {
  const { t, formats } = saying;
  const given = parameters["members"];
  if (!parameters["resource"] || !Array.isArray(given) || given.length === 0) return null;
  const resource = saying.resource(String(parameters["resource"]));
  const members = formats.together(given.map(saying.member));
  const days = daysOf(parameters, saying);
  const window = isWholeDay(parameters) ? null : windowOf(parameters, saying);
  const values = { resource, members };
  const rank = wholeNumber(parameters["min_rank"]);
  const first =
    days && window
      ? t("rules.reading_kept_on_within", { ...values, days, window })
      : days
        ? t("rules.reading_kept_on", { ...values, days })
        : window
          ? t("rules.reading_kept_within", { ...values, window })
          : t("rules.reading_kept", values);
  return rank ? `${first} ${t("rules.reading_kept_rank", { rank })}` : first;
}

function windowOf(parameters: Parameters, { t, formats }: Saying): string | null {
  const [start, end] = [clockTime(parameters["start"]), clockTime(parameters["end"])];
  if (!start || !end) return null;
  const said = { start: formats.clock(start), end: formats.clock(end) };
  // An end that is not later lies on the next day; midnight there is simply the end of the day.
  return t(end <= start && end !== "00:00" ? "rules.window_next_day" : "rules.window", said);
}

function isWholeDay(parameters: Parameters): boolean {
  return parameters["start"] === "00:00" && parameters["end"] === "00:00";
}

function clockTime(value: unknown): string | null {
  return typeof value === "string" && /^\d\d:\d\d$/.test(value) ? value : null;
}

function wholeNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : null;
}
