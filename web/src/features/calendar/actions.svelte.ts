import type { Calendar } from "@event-calendar/core";

import type { Occurrence } from "#/api/schema";
import type { App } from "#/app/app.svelte";
import type { Household } from "#/app/household.svelte";
import type { Moves } from "#/features/events/moves.svelte";
import { plusDays, type Wall } from "#/time/zoned";

import type { WallTimes } from "./drawn";
import { type Clock, part, wallOf } from "./face";

const SNAP = 15 * 60_000; // milliseconds, as the board's `snapDuration`

/** Who is told of what is done on the board. */
export interface Listener {
  readonly view: string;
  readonly onchoose: (times: WallTimes) => void;
  readonly onday: (date: Wall) => void;
}

/** What the board says and does, the same for as long as it stands. */
export class BoardActions {
  readonly options: Calendar.Options;
  /**
   * Whether the board scrolls beneath what is held at its edge. Not beneath a finger that has not taken hold of
   * an event: while it rests for a long press, hours would pass below it and all go into the new event.
   */
  scrolls = $state(true);
  #app: App;
  #household: Household;
  #clock: Clock;
  #moves: Moves;
  #listener: Listener;
  #givenUp = false;
  #dropped = false;

  constructor(app: App, household: Household, clock: Clock, moves: Moves, listener: Listener) {
    this.#app = app;
    this.#household = household;
    this.#clock = clock;
    this.#moves = moves;
    this.#listener = listener;
    this.options = {
      weekNumberContent: ({ week }) => app.t("calendar.week_number", { week }),
      dayHeaderFormat: (day) => this.#header(day),
      dayCellContent: ({ date, allDay }) =>
        allDay && listener.view === "month" ? this.#dayNumber(date) : "",
      eventTimeFormat: (start, end) => this.#times(start, end),
      dateClick: ({ date, allDay, jsEvent }) => this.#click(date, allDay, jsEvent),
      select: (choice) => listener.onchoose(this.chosen(choice)),
      eventDragStart: () => this.#begin(),
      eventResizeStart: () => this.#begin(),
      eventDragStop: () => this.#end(),
      eventResizeStop: () => this.#end(),
      dragConstraint: ({ event, newResource }) => !newResource && this.#hover(event),
      resizeConstraint: ({ event }) => this.#hover(event),
      eventDrop: ({ event, oldEvent, revert }) => this.#drop(event, oldEvent, revert),
      eventResize: ({ event, oldEvent, revert }) => this.#drop(event, oldEvent, revert),
    };
  }

  /** Give the times that were drawn out for a new event; a finger that pressed and did not move drew none. */
  chosen({ start, end, allDay, jsEvent }: Calendar.SelectInfo): WallTimes {
    const pressed =
      (jsEvent as PointerEvent).pointerType !== "mouse" && end.getTime() - start.getTime() <= SNAP;
    return pressed && !allDay ? this.#from(start, allDay) : timesOf(start, end, allDay);
  }

  readonly onpointerdown = ({ pointerType }: PointerEvent): void => {
    this.scrolls = pointerType === "mouse";
  };

  /** The number of a day leads to that day; an event's edges, by which it is resized, open it as it does. */
  readonly onclick = (event: MouseEvent): void => {
    const target = event.target as Element;
    const day = target.closest<HTMLElement>("[data-day]")?.dataset["day"];
    if (day) this.#listener.onday(day);
    target.closest(".ec-resizer")?.parentElement?.querySelector<HTMLElement>(".face")?.click();
  };

  #header(day: Date): Calendar.Content {
    const { formats } = this.#app;
    const date = wallOf(day, true);
    const nodes: Node[] = [part("weekday", formats.wall(date, { weekday: "short" }))];
    if (this.#listener.view !== "month") nodes.push(this.#dayButton(date));
    return { domNodes: nodes };
  }

  #dayNumber(day: Date): Calendar.Content {
    const date = wallOf(day, true);
    return { domNodes: [this.#dayButton(date, date.endsWith("-01") ? { month: "short" } : {})] };
  }

  #dayButton(date: Wall, further: Intl.DateTimeFormatOptions = {}): HTMLElement {
    const { formats } = this.#app;
    const button = part("number", formats.wall(date, { day: "numeric", ...further }), "button");
    button.dataset["day"] = date;
    const whole = { weekday: "long", day: "numeric", month: "long", ...further } as const;
    button.setAttribute("aria-label", formats.wall(date, whole));
    return button;
  }

  #times(start: Date, end: Date | null): string {
    return this.#clock.times(start, end);
  }

  // A tap is how a phone scrolls and looks; there an event begins with a long press.
  #click(date: Date, allDay: boolean, jsEvent: Calendar.DomEvent): void {
    if (!this.#household.mayWrite || (jsEvent as PointerEvent).pointerType !== "mouse") return;
    if ((jsEvent.target as Element | null)?.closest("[data-day]")) return;
    this.#listener.onchoose(this.#from(date, allDay));
  }

  // What lasts as long as new events do.
  #from(date: Date, allDay: boolean): WallTimes {
    const minutes = this.#household.preferences?.default_event_duration_minutes ?? 60;
    const end = new Date(date.getTime() + minutes * 60_000);
    const start = wallOf(date, allDay);
    return { start, end: allDay ? plusDays(start, 1) : wallOf(end), allDay };
  }

  #begin(): void {
    this.#givenUp = false;
    this.scrolls = true;
    addEventListener("keydown", this.#heedEscape, true);
  }

  // A drop, where there is one, is told of next.
  #end(): void {
    removeEventListener("keydown", this.#heedEscape, true);
    this.#dropped = false;
    queueMicrotask(() => this.#dropped || this.#moves.rest());
  }

  #heedEscape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.#givenUp = true;
    this.#moves.rest();
  };

  #hover(event: Calendar.Event): boolean {
    const occurrence = occurrenceOf(event);
    if (this.#givenUp || !occurrence) return false;
    this.#moves.hover(occurrence, timesOf(event.start, event.end, event.allDay));
    return true;
  }

  #drop(event: Calendar.Event, before: Calendar.Event, revert: () => void): void {
    const occurrence = occurrenceOf(event);
    const [from, to] = [before, event].map((each) => timesOf(each.start, each.end, each.allDay));
    if (this.#givenUp || !occurrence || !from || !to) revert();
    else if (from.start !== to.start || from.end !== to.end) {
      this.#dropped = true;
      void this.#moves.drop(occurrence, to, revert);
    }
  }
}

function occurrenceOf(event: Calendar.Event): Occurrence | undefined {
  return event.extendedProps["occurrence"] as Occurrence | undefined;
}

function timesOf(start: Date, end: Date, allDay: boolean): WallTimes {
  return { start: wallOf(start, allDay), end: wallOf(end, allDay), allDay };
}
