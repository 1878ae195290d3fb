import { MediaQuery } from "svelte/reactivity";

import type { App } from "#/app/app.svelte";
import type { Household } from "#/app/household.svelte";
import { isDate, plusDays, wallAt, type Wall } from "#/time/zoned";

import {
  type Dates,
  datesOf,
  type Range,
  type Spread,
  stepped,
  type View,
  VIEWS,
  type Weekday,
} from "./views";

const FIRST_DAYS: Readonly<Record<string, Weekday>> = { monday: 1, saturday: 6, sunday: 0 };
const MINUTE = 60_000;

/** Which view of which date is shown. The address says it, so that back goes back and links can be shared. */
export class Place {
  /** The present minute, in milliseconds since 1970. */
  now = $state(Date.now());
  readonly narrow = new MediaQuery("(max-width: 720px)");
  readonly today: Wall = $derived.by(() => wallAt(this.now, this.#household.zone).slice(0, 10));
  readonly view: View = $derived.by(() => {
    if (this.#only) return this.#only;
    const asked = this.#app.router.query.get("view");
    return VIEWS.find((each) => each === asked) ?? (this.narrow.current ? "agenda" : "week");
  });
  readonly spread: Spread = $derived.by(() =>
    this.view === "week" && this.narrow.current ? "days" : this.view,
  );
  readonly date: Wall = $derived.by(() => {
    const asked = this.#app.router.query.get("date");
    return asked && isDate(asked) ? asked : this.today;
  });
  readonly firstDay: Weekday = $derived.by(
    () => FIRST_DAYS[this.#household.preferences?.week_start ?? "monday"] ?? 1,
  );
  readonly dates: Dates = $derived.by(() => datesOf(this.spread, this.date, this.firstDay));
  readonly title: string = $derived.by(() => {
    const { formats } = this.#app;
    switch (this.view) {
      case "month":
        return formats.wall(this.date, { month: "long", year: "numeric" });
      case "day":
      case "timeline":
        return formats.wall(this.date, { weekday: "short", day: "numeric", month: "long", year: "numeric" });
      default:
        return formats.walls(this.dates.start, plusDays(this.dates.end, -1), {
          day: "numeric",
          month: "short",
          year: "numeric",
        });
    }
  });
  #app: App;
  #household: Household;
  #only: View | null;

  /** With `only`, it is that view whatever the address says. */
  constructor(app: App, household: Household, only: View | null = null) {
    this.#app = app;
    this.#household = household;
    this.#only = only;
    $effect(() => {
      const timer = setInterval(() => (this.now = Date.now()), MINUTE);
      return () => clearInterval(timer);
    });
  }

  /** The range that is shown after some steps from here. */
  beside(steps: number): Range {
    const date = stepped(this.spread, this.date, steps);
    return { date, dates: datesOf(this.spread, date, this.firstDay) };
  }

  step(steps: number): void {
    this.go(this.view, stepped(this.spread, this.date, steps));
  }

  /** Show a view, of the date that is shown or another. */
  go(view: View, date: Wall = this.date): void {
    this.#app.router.set({ view: this.#only ? null : view, date: date === this.today ? null : date });
  }
}
