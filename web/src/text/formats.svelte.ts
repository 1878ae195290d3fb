import type { Wall } from "#/time/zoned";

import type { Words } from "./words.svelte";

/** Dates, times and lengths as the language writes them. Instants are milliseconds since 1970. */
export class Formats {
  #words: Words;
  #made = new Map<string, Intl.DateTimeFormat>();

  constructor(words: Words) {
    this.#words = words;
  }

  /** `14:30` or `2:30 PM`. */
  time(instant: number, zone: string): string {
    return this.#format({ timeStyle: "short" }, zone).format(instant);
  }

  /** `Tue, 24 Nov`; with the year where it is not this year's. */
  day(instant: number, zone: string, now: number = Date.now()): string {
    const year = (at: number) => this.#format({ year: "numeric" }, zone).format(at);
    const further = year(instant) === year(now) ? {} : ({ year: "numeric" } as const);
    return this.#format({ weekday: "short", day: "numeric", month: "short", ...further }, zone).format(
      instant,
    );
  }

  /** `Tue, 24 Nov, 14:30 – 15:30`, each part once. */
  range(start: number, end: number, zone: string): string {
    const format = this.#format(
      { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" },
      zone,
    );
    return format.formatRange(start, end);
  }

  /** An all-day stretch; `end` is the first date that is not in it. */
  dates(start: string, end: string): string {
    const last = Date.parse(`${end}T00:00:00Z`) - 86_400_000;
    const options = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
    return this.#format(options, "UTC").formatRange(Date.parse(`${start}T00:00:00Z`), last);
  }

  /** From when to when, as the server writes it: dates all day, without an offset the same on every clock. */
  span(start: string, end: string, zone: string): string {
    if (start.length === 10) return this.dates(start, end);
    const floating = !/(Z|[+-]\d\d:\d\d)$/.test(start);
    const at = (text: string) => Date.parse(floating ? `${text}Z` : text);
    return this.range(at(start), at(end), floating ? "UTC" : zone);
  }

  /** The day of the week of a date, as short as can be read: `Tue`. */
  weekday(date: string, width: "short" | "long" = "short"): string {
    return this.#format({ weekday: width }, "UTC").format(Date.parse(date));
  }

  /** The number of a date in its month: `24`. */
  dayOfMonth(date: string): string {
    return this.#format({ day: "numeric" }, "UTC").format(Date.parse(date));
  }

  /** An hour of the clock: `14:00` or `2 PM`. */
  hour(hour: number): string {
    const twelve = this.#format({ hour: "numeric" }, "UTC").resolvedOptions().hour12;
    const options = twelve ? { hour: "numeric" } : { hour: "2-digit", minute: "2-digit" };
    return this.#format(options as Intl.DateTimeFormatOptions, "UTC").format(Date.UTC(2000, 0, 1, hour));
  }

  /** `24 Nov 2026, 14:30`. */
  moment(instant: number, zone: string): string {
    return this.#format({ dateStyle: "medium", timeStyle: "short" }, zone).format(instant);
  }

  /** `Tue, 24 Nov 2026, 14:30`: a time that somebody is to be ready at. */
  appointment(instant: number, zone: string): string {
    const day = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
    return this.#format({ ...day, hour: "numeric", minute: "2-digit" }, zone).format(instant);
  }

  /** A wall time or date, whatever zone it is of: `Tuesday`, `24`, `2 PM`, as the options say. */
  wall(wall: Wall, options: Intl.DateTimeFormatOptions): string {
    return this.#format(options, "UTC").format(asUtc(wall));
  }

  /** From one wall time or date to another that it includes, each part once: `16 – 22 November 2026`. */
  walls(first: Wall, last: Wall, options: Intl.DateTimeFormatOptions): string {
    return this.#format(options, "UTC").formatRange(asUtc(first), asUtc(last));
  }

  /** Several things as one: `A, B, C`. */
  list(parts: readonly string[]): string {
    return new Intl.ListFormat(this.#words.locale, { style: "narrow", type: "unit" }).format(parts);
  }

  /** Several things in a sentence: `A, B and C`. */
  together(parts: readonly string[]): string {
    return new Intl.ListFormat(this.#words.locale, { type: "conjunction" }).format(parts);
  }

  /** A time of day, `07:00`, as the language writes it. */
  clock(time: string): string {
    return this.wall(`1970-01-01T${time}:00`, { timeStyle: "short" });
  }

  /** `90` as `1 hr, 30 min`, as the language says it. */
  minutes(minutes: number): string {
    const parts: [number, string][] = [
      [Math.floor(minutes / 1440), "day"],
      [Math.floor((minutes % 1440) / 60), "hour"],
      [minutes % 60, "minute"],
    ];
    const said = parts
      .filter(([value]) => value > 0)
      .map(([value, unit]) =>
        new Intl.NumberFormat(this.#words.locale, { style: "unit", unit, unitDisplay: "short" }).format(
          value,
        ),
      );
    return new Intl.ListFormat(this.#words.locale, { style: "narrow", type: "unit" }).format(said);
  }

  /** `200` seconds as `3 min, 20 sec`. */
  seconds(seconds: number): string {
    const whole = Math.round(seconds);
    const minutes = Math.floor(whole / 60);
    const rest = whole % 60;
    const options = { style: "unit", unit: "second", unitDisplay: "short" } as const;
    const said = new Intl.NumberFormat(this.#words.locale, options).format(rest);
    if (minutes === 0) return said;
    return rest ? this.list([this.minutes(minutes), said]) : this.minutes(minutes);
  }

  /** `1,234`. */
  number(value: number): string {
    return new Intl.NumberFormat(this.#words.locale).format(value);
  }

  /** `87.5` as `87.5 %`. */
  percent(value: number): string {
    const options = { style: "percent", maximumFractionDigits: 1 } as const;
    return new Intl.NumberFormat(this.#words.locale, options).format(value / 100);
  }

  /** `1.4 MB`. */
  bytes(bytes: number): string {
    const units = ["kilobyte", "megabyte", "gigabyte"];
    const step = Math.min(Math.max(Math.floor(Math.log10(bytes || 1) / 3), 1), units.length);
    const options = { style: "unit", unit: units[step - 1], maximumFractionDigits: 1 } as const;
    return new Intl.NumberFormat(this.#words.locale, options).format(bytes / 1000 ** step);
  }

  #format(options: Intl.DateTimeFormatOptions, zone: string): Intl.DateTimeFormat {
    const key = `${this.#words.locale} ${zone} ${JSON.stringify(options)}`;
    let format = this.#made.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(this.#words.locale, { ...options, timeZone: zone });
      this.#made.set(key, format);
    }
    return format;
  }
}

function asUtc(wall: Wall): number {
  return Date.parse(wall.length === 10 ? `${wall}T00:00:00Z` : `${wall}Z`);
}
