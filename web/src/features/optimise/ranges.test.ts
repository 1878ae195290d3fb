import { describe, expect, it } from "vitest";

import { datesBetween, issueWith, weekFrom, weeksOf } from "./ranges";

describe("the time to look at", () => {
  it.each([
    ["this", "2026-11-21", 1, "2026-11-16", "2026-11-23"],
    ["next", "2026-11-21", 1, "2026-11-23", "2026-11-30"],
    ["this", "2026-11-22", 0, "2026-11-22", "2026-11-29"],
    ["next", "2026-12-30", 1, "2027-01-04", "2027-01-11"],
  ] as const)("%s week on %s, weeks from day %i: %s to %s", (choice, today, firstDay, start, end) => {
    expect(weekFrom(choice, today, firstDay)).toEqual({ start, end });
  });

  it.each([
    ["2026-11-23", "2026-11-23", null],
    ["2026-11-21", "2026-12-21", null],
    ["2026-11-21", "2026-12-22", "long"],
    ["2026-11-23", "2026-11-22", "backwards"],
    ["2026-11-10", "2026-11-20", "over"],
    ["2026-11-10", "2026-11-21", null],
    ["", "2026-11-21", "missing"],
    ["2026-11-21", "", "missing"],
  ] as const)("from %j through %j, today the 21st: %j", (first, last, issue) => {
    expect(issueWith(first, last, "2026-11-21")).toBe(issue);
  });

  it.each([
    ["2026-11-23", "2026-11-30", ["2026-11-23"]],
    ["2026-11-25", "2026-12-02", ["2026-11-23", "2026-11-30"]],
    ["2026-11-29", "2026-11-30", ["2026-11-23"]],
  ])("from %s to %s there are the weeks %j", (start, end, weeks) => {
    expect(weeksOf({ start, end }, 1)).toEqual(weeks);
  });

  it.each([
    ["2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z", "2026-11-23", "2026-11-30"],
    ["2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z", "2026-11-23", "2026-11-24"],
  ])("between %s and %s are the dates from %s to %s", (start, end, first, after) => {
    expect(datesBetween({ start, end }, "Europe/Berlin")).toEqual({ start: first, end: after });
  });
});
