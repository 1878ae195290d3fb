import type { WallTimes } from "#/features/calendar/drawn";
import { plusDays, type Wall } from "#/time/zoned";

import {
  AHEAD,
  DATE,
  DAYS_AHEAD,
  ISO,
  LENGTH,
  MONTHS,
  NAMED,
  NAMED_FIRST,
  NAMED_RANGE,
  NUMERIC_RANGE,
  RANGE,
  SHARED_RANGE,
  SHORT_WEEKDAY,
  TIME,
  WEEKDAY,
  WEEKDAYS,
} from "./plain-words";

/** What a line of plain words means: a title and when. */
export interface Understood {
  readonly title: string;
  readonly times: WallTimes;
}

const DAY = 1440; // minutes

export interface Around {
  /** The day that is meant where none is named. */
  readonly date: Wall;
  /** What the clock shows; days are counted from here. */
  readonly now: Wall;
  /** How long an event lasts where nothing is said of it. */
  readonly minutes: number;
}

/**
 * Read a title with plain times, in English and German: "Dentist tomorrow 14:30-15:15", "Urlaub 24.12. - 27.12.".
 *
 * What it does not know stays in the title. Nothing but blanks means nothing.
 */
export function understand(text: string, around: Around): Understood | null {
  const line = new Line(text);
  if (!line.rest.trim()) return null;
  const dates = line.take(rangeOfDates(around));
  const clock = line.take(times);
  const length = clock && clock.end === null ? line.take(lengthOf) : null;
  const day = dates?.start ?? line.take(dayOf(around, clock?.start ?? null)) ?? around.date;
  const title = line.rest.replace(/\s+/g, " ").replace(/^[\s,;–-]+|[\s,;–-]+$/g, "");
  if (!clock) return { title, times: { start: day, end: dates?.end ?? plusDays(day, 1), allDay: true } };
  const end = clock.end ?? clock.start + (length ?? around.minutes);
  const last = dates ? plusDays(dates.end, -1) : day;
  return {
    title,
    times: {
      start: wall(day, clock.start),
      end: wall(last, end <= clock.start && last === day ? end + DAY : end),
      allDay: false,
    },
  };
}

type Reading<T> = readonly [RegExp, (match: RegExpExecArray) => T | null];

/** What of the line is not yet understood. */
class Line {
  rest: string;

  constructor(text: string) {
    this.rest = text;
  }

  /** Take out the first thing that one of the readings makes sense of. */
  take<T>(readings: readonly Reading<T>[]): T | null {
    for (const [shape, read] of readings) {
      const match = shape.exec(this.rest);
      const meaning = match && read(match);
      if (match && meaning !== null) {
        // A break marks the place: what stood before it stood beside a time.
        this.rest = `${this.rest.slice(0, match.index)}\n${this.rest.slice(match.index + match[0].length)}`;
        return meaning;
      }
    }
    return null;
  }
}

/** Minutes after midnight; `end` is null where only a start is told. */
interface Clock {
  readonly start: number;
  readonly end: number | null;
}

const times: readonly Reading<Clock>[] = [
  [
    RANGE,
    (match) => {
      const [start, end] = [clockOf(match.slice(1, 7)), clockOf(match.slice(7, 13))];
      return start === null || end === null ? null : { start, end };
    },
  ],
  [
    SHARED_RANGE,
    ([, hour, minute, ...later]) => {
      const end = clockOf(later);
      const half = later[2]; // am or pm
      const start = [half, half?.toLowerCase() === "pm" ? "am" : "pm"]
        .map((each) => clockOf([hour, minute, each]))
        .find((each) => each !== null && end !== null && (!half || each < end));
      return start === undefined || start === null || end === null ? null : { start, end };
    },
  ],
  [
    TIME,
    (match) => {
      const start = clockOf(match.slice(1, 7));
      return start === null ? null : { start, end: null };
    },
  ],
];

const lengthOf: readonly Reading<number>[] = [
  [
    LENGTH,
    ([, hours, further, minutes]) => {
      const length = minutes
        ? Number(minutes)
        : Math.round(Number(hours?.replace(",", ".")) * 60) + Number(further ?? 0);
      return length > 0 ? length : null;
    },
  ],
];

function rangeOfDates({ now }: Around): readonly Reading<{ start: Wall; end: Wall }>[] {
  const between = (start: DayParts, end: DayParts) => {
    const last = dateOf(end, now);
    const first = last && dateOf({ ...start, year: start.year ?? last.slice(0, 4) }, now);
    // From December into January: the year that is told, or found, is that of the end.
    const begun = first && last && first > last && !start.year ? yearBefore(first) : first;
    return begun && last && begun <= last ? { start: begun, end: plusDays(last, 1) } : null;
  };
  return [
    [
      NUMERIC_RANGE,
      ([, day, month, year, lastDay, lastMonth, lastYear]) =>
        between({ day, month: month ?? lastMonth, year }, { day: lastDay, month: lastMonth, year: lastYear }),
    ],
    [
      NAMED_RANGE,
      ([, day, month, lastDay, lastMonth, lastYear]) =>
        between(
          { day, month: monthOf(month ?? lastMonth) },
          { day: lastDay, month: monthOf(lastMonth), year: lastYear },
        ),
    ],
  ];
}

function dayOf({ now }: Around, start: number | null): readonly Reading<Wall>[] {
  const weekday = ([, name]: RegExpExecArray): Wall => {
    const said = name?.toLowerCase() ?? "";
    const wanted = WEEKDAYS.findIndex(({ long, short }) => long.includes(said) || short.includes(said));
    const ahead = (wanted - new Date(`${now.slice(0, 10)}T00:00:00Z`).getUTCDay() + 7) % 7;
    const over = ahead === 0 && start !== null && wall(now, start) <= now;
    return plusDays(now, over ? 7 : ahead);
  };
  return [
    [ISO, ([, year, month, day]) => dateOf({ day, month, year }, now)],
    [DATE, ([, day, month, year]) => dateOf({ day, month, year }, now)],
    [NAMED, ([, day, month, year]) => dateOf({ day, month: monthOf(month), year }, now)],
    [NAMED_FIRST, ([, month, day, year]) => dateOf({ day, month: monthOf(month), year }, now)],
    [AHEAD, ([, word]) => plusDays(now, DAYS_AHEAD[word?.toLowerCase() ?? ""] ?? 0)],
    [WEEKDAY, weekday],
    [SHORT_WEEKDAY, weekday],
  ];
}

interface DayParts {
  readonly day: string | undefined;
  readonly month: string | undefined;
  readonly year?: string | undefined;
}

/** Give a date that there is: without a year, the next one from today. */
function dateOf({ day, month, year }: DayParts, now: Wall): Wall | null {
  const two = (text = "") => text.padStart(2, "0");
  const inYear = (each: number) => `${each}-${two(month)}-${two(day)}`;
  const today = now.slice(0, 10);
  const thisYear = Number(today.slice(0, 4));
  const date = year
    ? inYear(Number(year))
    : inYear(thisYear) >= today
      ? inYear(thisYear)
      : inYear(thisYear + 1);
  const found = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(found.getTime()) && found.toISOString().startsWith(date) ? date : null;
}

function yearBefore(date: Wall): Wall {
  return `${Number(date.slice(0, 4)) - 1}${date.slice(4)}`;
}

function monthOf(name: string | undefined): string {
  return String(MONTHS.findIndex((names) => names.includes(name?.toLowerCase() ?? "")) + 1);
}

/** Read the parts of `CLOCK`: an hour with minutes, a half of the day, or neither. */
function clockOf(parts: readonly (string | undefined)[]): number | null {
  const [hourText, minuteText, halfText, ...others] = parts;
  const minute = Number(minuteText ?? others.find(Boolean) ?? 0);
  const half = halfText?.toLowerCase();
  let hour = Number(hourText);
  if (half && (hour < 1 || hour > 12)) return null;
  if (half) hour = (hour % 12) + (half === "pm" ? 12 : 0);
  return hour > 24 || minute > 59 || hour * 60 + minute > DAY ? null : hour * 60 + minute;
}

function wall(date: Wall, minutes: number): Wall {
  const two = (value: number) => String(value).padStart(2, "0");
  const within = minutes % DAY;
  return `${plusDays(date, Math.floor(minutes / DAY))}T${two(Math.floor(within / 60))}:${two(within % 60)}:00`;
}
