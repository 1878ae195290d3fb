import { describe, expect, it } from "vitest";

import type { ChangeSetShown } from "#/api/schema";

import { byDay } from "./days";
import { filtersOf } from "./filters";

const ANNA = "01a1fcb0-52e7-7410-845e-3d6526748425";

describe("the filters of the history", () => {
  it.each([
    ["", { who: null, source: null }],
    [`who=${ANNA}&source=undo`, { who: ANNA, source: "undo" }],
    ["who=anna&source=magic", { who: null, source: null }],
  ])("are read from %j", (query, filters) => {
    expect(filtersOf(new URLSearchParams(query))).toEqual(filters);
  });
});

describe("what was done, by day", () => {
  it("follows the clock of the viewer, and keeps the order", () => {
    const sets = ["2026-11-21T09:00:00Z", "2026-11-20T23:30:00Z", "2026-11-20T22:30:00Z"].map(
      (at) => ({ id: at, at }) as ChangeSetShown,
    );
    const days = (zone: string) => byDay(sets, zone).map(({ date, sets }) => [date, sets.length]);
    expect(days("Europe/Berlin")).toEqual([
      ["2026-11-21", 2],
      ["2026-11-20", 1],
    ]);
    expect(days("UTC")).toEqual([
      ["2026-11-21", 1],
      ["2026-11-20", 2],
    ]);
  });
});
