import type { Calendar } from "@event-calendar/core";

import type { App } from "#/app/app.svelte";
import type { Wall } from "#/time/zoned";

import { layered, type Lying } from "./layers";
import type { Spread } from "./views";

/** How many more there are of what a half hour of the board shows. `end` is exclusive. */
export interface Crowd {
  readonly start: Wall;
  readonly end: Wall;
  readonly count: number;
}

/** What there is room for, and for each half hour that is crowded how much more there is. */
export interface Thinned<T> {
  readonly shown: readonly T[];
  readonly crowds: readonly Crowd[];
}

const HALF_HOUR = 30 * 60_000;
// Each shows a sign and some letters.
const COLUMNS: Partial<Record<Spread, number>> = { day: 10, days: 3, week: 4 };

/** Have what overlaps drawn on the hours, what half hours have no room for as a word of how many more they have. */
export function onHours(
  events: readonly (Lying & Calendar.EventInput)[],
  spread: Spread,
  app: App,
): Calendar.EventInput[] {
  const { shown, crowds } = thinned(events, COLUMNS[spread] ?? Infinity);
  return layered([...shown, ...crowds.map((each) => drawnMore(each, app))]);
}

/**
 * Choose what the hours of a day show where a half hour has so many columns, one for the word of what is left.
 *
 * Counted is what begins in the half hour. A practice that calls somebody each minute would have thirty columns.
 */
export function thinned<T extends Lying>(events: readonly T[], columns: number): Thinned<T> {
  const begun = new Map<number, T[]>();
  for (const event of events) {
    if (event.allDay) continue;
    const halfHour = Math.floor(at(event.start) / HALF_HOUR) * HALF_HOUR;
    const others = begun.get(halfHour);
    if (others) others.push(event);
    else begun.set(halfHour, [event]);
  }
  const crowds: Crowd[] = [];
  const left = new Set<T>();
  for (const [halfHour, all] of begun) {
    if (all.length <= columns) continue;
    const rest = all.sort(byStart).slice(columns - 1);
    const start = rest[0]?.start ?? "";
    crowds.push({ start, end: wall(halfHour + HALF_HOUR), count: rest.length });
    for (const each of rest) left.add(each);
  }
  return { shown: left.size ? events.filter((each) => !left.has(each)) : events, crowds };
}

/** Give the word of what is left as the board draws it; its day leads to all of it. */
export function drawnMore({ start, end, count }: Crowd, app: App): Lying & Calendar.EventInput {
  return {
    id: `more ${start}`,
    start,
    end,
    title: app.t("calendar.more", { count }),
    editable: false,
    classNames: ["more", "brief"],
    extendedProps: { day: start.slice(0, 10), count },
  };
}

function byStart(one: Lying, other: Lying): number {
  return at(one.start) - at(other.start) || at(other.end) - at(one.end);
}

function at(time: Wall): number {
  return Date.parse(`${time}Z`);
}

function wall(time: number): Wall {
  return new Date(time).toISOString().slice(0, 19);
}
