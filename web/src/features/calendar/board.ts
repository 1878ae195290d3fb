import type { Calendar } from "@event-calendar/core";

import type { App } from "#/app/app.svelte";
import type { Wall } from "#/time/zoned";

import { part, wallOf } from "./face";
import { cityOf, elsewhere } from "./hours";
import { FEW_DAYS } from "./views";

/** What the board is always like. One object: an option that is another one each time is drawn again each time. */
export const FIXED: Calendar.Options = {
  headerToolbar: { start: "", center: "", end: "" },
  height: "100%",
  nowIndicator: true,
  eventResizableFromStart: true,
  // Set by the library, they would go before whether an event is editable.
  eventStartEditable: undefined,
  eventDurationEditable: undefined,
  eventGap: 2,
  dayMaxEvents: false, // `fitted` leaves out what a day has no room for
  weekNumbers: true,
  slotDuration: "00:30",
  slotLabelInterval: "01:00",
  snapDuration: "00:15",
  longPressDelay: 400,
  unselectCancel: ".panel",
  views: { timeGridDays: { type: "timeGridWeek", duration: { days: FEW_DAYS } } },
};

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
