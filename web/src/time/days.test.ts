import { expect, it } from "vitest";

import { byDay } from "./days";

it("puts what happened under the days of the viewer's clock, and keeps the order", () => {
  const moments = ["2026-11-21T09:00:00Z", "2026-11-20T23:30:00Z", "2026-11-20T22:30:00Z"];
  const days = (zone: string) =>
    byDay(moments, (each) => each, zone).map(({ date, items }) => [date, items.length]);
  expect(days("Europe/Berlin")).toEqual([
    ["2026-11-21", 2],
    ["2026-11-20", 1],
  ]);
  expect(days("UTC")).toEqual([
    ["2026-11-21", 1],
    ["2026-11-20", 2],
  ]);
});
