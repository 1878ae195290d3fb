import type { Calendar } from "@event-calendar/core";

import type { Occurrence } from "#/api/schema";
import type { App } from "#/app/app.svelte";
import type { Household } from "#/app/household.svelte";
import type { Moves } from "#/features/events/moves.svelte";
import { plusDays, type Wall } from "#/time/zoned";

import type { WallTimes } from "./drawn";
import { type Clock, part, wallOf } from "./face";
import { cityOf, elsewhere } from "./hours";

/** What the board is always like. One object: an option that is another one each time is drawn again each time. */
export const FIXED: Calendar.Options = {
  headerToolbar: { start: "", center: "", end: "" },
  height: "100%",
  nowIndicator: true,
  eventResizableFromStart: true,
  eventGap: 2,
  dayMaxEvents: false, // `fitted` leaves out what a day has no room for
  weekNumbers: true,
  slotDuration: "00:30",
  slotLabelInterval: "01:00",
  snapDuration: "00:15",
  longPressDelay: 400,
  unselectCancel: ".panel",
};

/** Who is told of what is done on the board. */
export interface Listener {
  readonly view: string;
  readonly onchoose: (times: WallTimes) => void;
  readonly onday: (date: Wall) => void;
}

/** What the board says and does, the same for as long as it stands. */
export class BoardActions {
  readonly options: Calendar.Options;
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
      select: ({ start, end, allDay }) => listener.onchoose(timesOf(start, end, allDay)),
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

  /** Arrows go from event to event; Escape gives up a drag, which the library then leaves where it began. */
  readonly onkeydown = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const from = target.closest<HTMLElement>(".face");
    if (!from || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = neighbour(from, event.key);
    if (!to) return;
    event.preventDefault();
    to.focus();
  };

  /** The number of a day leads to that day. */
  readonly onclick = (event: MouseEvent): void => {
    const day = (event.target as Element).closest<HTMLElement>("[data-day]")?.dataset["day"];
    if (day) this.#listener.onday(day);
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
    const minutes = this.#household.preferences?.default_event_duration_minutes ?? 60;
    const end = new Date(date.getTime() + minutes * 60_000);
    const start = wallOf(date, allDay);
    this.#listener.onchoose({ start, end: allDay ? plusDays(start, 1) : wallOf(end), allDay });
  }

  #begin(): void {
    this.#givenUp = false;
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

/** Give what stands beside the hours: the hours here, and in other zones, each column named. */
export function labels(app: App, date: Wall, here: string, zones: readonly string[]): Calendar.Options {
  const { formats } = app;
  const hour = (wall: Wall) =>
    formats.wall(
      wall,
      wall.slice(14, 16) === "00" ? { hour: "numeric" } : { hour: "numeric", minute: "2-digit" },
    );
  return {
    slotLabelFormat: (time) => {
      const other = zones.map((zone) => {
        const { wall, days } = elsewhere(date, time.getHours(), here, zone);
        return part(days === 0 ? "hour" : "hour other-day", hour(wall));
      });
      return { domNodes: [...other, part("hour", hour(wallOf(time)))] };
    },
    allDayContent: () => ({
      domNodes: zones.length
        ? [...zones, here].map((zone) => part("hour", cityOf(zone)))
        : [part("hour", app.t("calendar.all_day"))],
    }),
  };
}

/** Take back the roles of a table, which the library gives to what is none, and names that nobody may hear. */
export function tidy(board: HTMLElement): void {
  const told =
    "[role=table], [role=row], [role=rowgroup], [role=cell], [role=columnheader], [role=rowheader], aside";
  for (const element of board.querySelectorAll(told)) {
    element.setAttribute("role", "presentation");
    element.removeAttribute("aria-colindex");
    element.removeAttribute("aria-colspan");
  }
  board.querySelector(".ec-main")?.setAttribute("tabindex", "0"); // what scrolls must be reached by keys
  for (const element of board.querySelectorAll(".ec-col-head [aria-label]:not(button)"))
    element.removeAttribute("aria-label");
}

function occurrenceOf(event: Calendar.Event): Occurrence | undefined {
  return event.extendedProps["occurrence"] as Occurrence | undefined;
}

function timesOf(start: Date, end: Date, allDay: boolean): WallTimes {
  return { start: wallOf(start, allDay), end: wallOf(end, allDay), allDay };
}

/** Give the event that an arrow key leads to: the one before or after in time, or the nearest one beside. */
function neighbour(from: HTMLElement, key: string): HTMLElement | undefined {
  const events = [...(from.closest(".ec-main")?.querySelectorAll<HTMLElement>(".face") ?? [])];
  const at = events.indexOf(from);
  if (key === "ArrowDown") return events[at + 1];
  if (key === "ArrowUp") return events[at - 1];
  if (key !== "ArrowLeft" && key !== "ArrowRight") return undefined;
  const here = from.getBoundingClientRect();
  const way = key === "ArrowRight" ? 1 : -1;
  const distance = (element: HTMLElement) => {
    const there = element.getBoundingClientRect();
    const across = way * (there.left - here.left);
    return across < 8 ? Infinity : across * 4 + Math.abs(there.top - here.top);
  };
  const nearest = events
    .map((element) => ({ element, far: distance(element) }))
    .sort((a, b) => a.far - b.far)[0];
  return nearest && nearest.far < Infinity ? nearest.element : undefined;
}
