import { describe, expect, it } from "vitest";

import { datesOf, stepped } from "./views";

describe("what a view shows", () => {
  it.each([
    ["day", "2026-11-21", 1, "2026-11-21", "2026-11-22"],
    ["days", "2026-11-30", 1, "2026-11-30", "2026-12-03"],
    ["week", "2026-11-21", 1, "2026-11-16", "2026-11-23"],
    ["week", "2026-11-22", 1, "2026-11-16", "2026-11-23"],
    ["week", "2026-11-22", 0, "2026-11-22", "2026-11-29"],
    ["month", "2026-11-21", 1, "2026-10-26", "2026-12-07"],
    ["month", "2026-02-10", 0, "2026-02-01", "2026-03-01"],
    ["month", "2026-12-31", 6, "2026-11-28", "2027-01-02"],
  ] as const)("%s at %s, weeks from day %i: %s to %s", (view, date, firstDay, start, end) => {
    expect(datesOf(view, date, firstDay)).toEqual({ start, end });
  });

  it.each([
    ["day", "2026-12-31", 1, "2027-01-01"],
    ["days", "2026-12-31", 1, "2027-01-03"],
    ["week", "2026-12-31", -1, "2026-12-24"],
    ["month", "2026-01-31", 1, "2026-02-01"],
    ["month", "2026-01-31", -1, "2025-12-01"],
  ] as const)("%s at %s moves by %i to %s", (view, date, steps, to) => {
    expect(stepped(view, date, steps)).toBe(to);
  });
});
