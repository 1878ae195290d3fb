import { expect, test } from "vitest";

import { thinned } from "./crowds";
import type { Lying } from "./layers";

const event = (start: string, end: string): Lying => ({
  start: `2026-11-24T${start}:00`,
  end: `2026-11-24T${end}:00`,
});
const eachMinute = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const minute = String(from + index).padStart(2, "0");
    return event(`09:${minute}`, `09:${minute}`);
  });

test("where there is room all is shown", () => {
  const events = [...eachMinute(0, 3), ...eachMinute(30, 3)];
  expect(thinned(events, 3)).toEqual({ shown: events, crowds: [] });
});

test("what begins first is shown, and the number of the rest in the last column", () => {
  const events = eachMinute(0, 30);
  const { shown, crowds } = thinned(events, 4);
  expect(shown).toEqual(events.slice(0, 3));
  expect(crowds).toEqual([{ start: "2026-11-24T09:03:00", end: "2026-11-24T09:30:00", count: 27 }]);
});

test("the longer of two that begin together is shown, in the order that was given", () => {
  const [short, long, late] = [event("09:00", "09:05"), event("09:00", "12:00"), event("09:20", "10:00")];
  expect(thinned([late, short, long], 2).shown).toEqual([long]);
  expect(thinned([late, short, long], 3).shown).toEqual([late, short, long]);
});

test("the number stays in its half hour, also before midnight, and all-day events are not counted", () => {
  const allDay = { start: "2026-11-24", end: "2026-11-25", allDay: true };
  const late = ["23:50", "23:55", "23:58"].map((start) => event(start, "23:59"));
  const { shown, crowds } = thinned([allDay, ...late], 2);
  expect(shown).toEqual([allDay, late[0]]);
  expect(crowds).toEqual([{ start: "2026-11-24T23:55:00", end: "2026-11-25T00:00:00", count: 2 }]);
});
