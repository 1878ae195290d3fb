import type { Occurrence, ReservationShown } from "#/api/schema";
import type { App } from "#/app/app.svelte";
import type { Household } from "#/app/household.svelte";
import type { Wall } from "#/time/zoned";

import { stateOf, wallTimes } from "./drawn";

const DAY = { weekday: "long", day: "numeric", month: "long" } as const;

/** Say what the board shows by place, colour and line alone: the day, the calendar, and how it stands. */
export function besides(occurrence: Occurrence, app: App, household: Household): string {
  const { start } = wallTimes(occurrence, household.zone);
  const state = stateOf(occurrence);
  const parts = [app.formats.wall(start.slice(0, 10), DAY)];
  const calendar = household.calendar.get(occurrence.calendar_id);
  if (calendar) parts.push(calendar.name);
  if (state) parts.push(app.t(`calendar.state_${state}`));
  return app.formats.list(parts);
}

/** Say the same of what is reserved without an event: the day, the thing, and how it stands. */
export function besidesAlone(
  { resource_id, status }: ReservationShown,
  day: Wall,
  app: App,
  household: Household,
): string {
  const parts = [app.formats.wall(day, DAY)];
  const thing = household.resource.get(resource_id);
  if (thing) parts.push(thing.name);
  if (status === "proposed") parts.push(app.t("calendar.state_proposed"));
  return app.formats.list(parts);
}

/** Say how many more there are on a day. */
export function moreOn(day: Wall, count: number, app: App): string {
  return app.formats.list([app.t("calendar.more", { count }), app.formats.wall(day, DAY)]);
}

/** Make a piece of the board with its class and text. */
export function part(name: string, text: string, tag: "span" | "button" = "span"): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  if (element instanceof HTMLButtonElement) element.type = "button";
  return element;
}

/** Give what the clock on the board shows: the library hands out dates whose local fields are that. */
export function wallOf(date: Date, dateOnly = false): Wall {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  if (dateOnly) return day;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Writes times of day, each no more than once: a board has hundreds of them, of which few differ. */
export class Clock {
  #app: App;
  #locale = "";
  #written = new Map<number, string>();

  constructor(app: App) {
    this.#app = app;
  }

  /** Give `14:30`, or `14:30 – 15:30`; which day each is on is not said. */
  times(start: Date, end: Date | null): string {
    const { words, formats } = this.#app;
    if (words.locale !== this.#locale) {
      this.#locale = words.locale;
      this.#written.clear();
    }
    const [from, to] = [minuteOf(start), end ? minuteOf(end) : -1];
    const key = from * 10_000 + to;
    let written = this.#written.get(key);
    if (written === undefined) {
      const at = (minute: number) => new Date(Date.UTC(2000, 0, 1, 0, minute)).toISOString().slice(0, 19);
      const one = formats.wall(at(from), TIME);
      if (!end) written = one;
      else
        written =
          from <= to ? formats.walls(at(from), at(to), TIME) : `${one} – ${formats.wall(at(to), TIME)}`;
      this.#written.set(key, written);
    }
    return written;
  }
}

const TIME = { timeStyle: "short" } as const;

function minuteOf(date: Date): number {
  return date.getHours() * 60 + date.getMinutes();
}
