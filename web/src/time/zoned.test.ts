import { describe, expect, it } from "vitest";

import { instantOf, isDate, isoAt, offsetText, plusDays, wallAt } from "./zoned";

describe("zoned", () => {
  it.each([
    ["2026-03-04T17:00:00Z", "Europe/Berlin", "2026-03-04T18:00:00"],
    ["2026-07-04T17:00:00Z", "Europe/Berlin", "2026-07-04T19:00:00"],
    ["2026-03-29T00:59:59Z", "Europe/Berlin", "2026-03-29T01:59:59"],
    ["2026-03-29T01:00:00Z", "Europe/Berlin", "2026-03-29T03:00:00"],
    ["2026-03-04T17:00:00Z", "Asia/Kathmandu", "2026-03-04T22:45:00"],
    ["2026-04-04T15:30:00Z", "Australia/Lord_Howe", "2026-04-05T02:00:00"],
    ["2026-01-01T00:00:00Z", "America/Los_Angeles", "2025-12-31T16:00:00"],
  ])("shows %s in %s as %s", (instant, zone, wall) => {
    expect(wallAt(Date.parse(instant), zone)).toBe(wall);
  });

  it.each([
    ["2026-03-04T18:00:00", "Europe/Berlin", "2026-03-04T18:00:00+01:00"],
    ["2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T03:30:00+02:00"], // skipped: the offset before
    ["2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T02:30:00+02:00"], // repeated: its first pass
    ["2026-11-01T01:30:00", "America/New_York", "2026-11-01T01:30:00-04:00"],
    ["2026-03-08T02:30:00", "America/New_York", "2026-03-08T03:30:00-04:00"],
    ["2026-03-04", "Asia/Tokyo", "2026-03-04T00:00:00+09:00"],
  ])("takes %s in %s as %s", (wall, zone, iso) => {
    expect(isoAt(instantOf(wall, zone), zone)).toBe(iso);
  });

  it("adds days over the ends of months and years", () => {
    expect(plusDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(plusDays("2028-03-01T10:00:00", -1)).toBe("2028-02-29");
  });

  it.each([
    ["2028-02-29", true],
    ["2026-02-29", false],
    ["2026-1-1", false],
    ["2026-11-21T10:00", false],
    ["tomorrow", false],
  ])("%s is a date: %s", (text, is) => {
    expect(isDate(text)).toBe(is);
  });

  it("writes offsets", () => {
    expect([0, 3_600_000, -12_600_000].map(offsetText)).toEqual(["+00:00", "+01:00", "-03:30"]);
  });
});
