import { describe, expect, it } from "vitest";

import { cityOf, distances, elsewhere } from "./hours";

describe("hours elsewhere", () => {
  it.each([
    ["2026-11-23", 9, "America/New_York", "2026-11-23T03:00:00", 0],
    ["2026-11-23", 3, "America/New_York", "2026-11-22T21:00:00", -1],
    ["2026-11-23", 20, "Asia/Tokyo", "2026-11-24T04:00:00", 1],
    ["2026-11-23", 9, "Asia/Kolkata", "2026-11-23T13:30:00", 0],
    ["2026-10-28", 9, "America/New_York", "2026-10-28T04:00:00", 0], // Berlin has ended summer time, New York not
  ])("on %s at %i in Berlin, %s shows %s", (date, hour, zone, wall, days) => {
    expect(elsewhere(date, hour, "Europe/Berlin", zone)).toEqual({ wall, days });
  });

  it("are as far away as the date says", () => {
    const zones = ["America/New_York", "Europe/Berlin"];
    expect(distances("2026-11-23", "Europe/Berlin", zones)).toEqual([-6 * 3_600_000, 0]);
    expect(distances("2026-10-28", "Europe/Berlin", zones)).toEqual([-5 * 3_600_000, 0]);
  });

  it("are named after a city", () => {
    expect(["America/Argentina/Buenos_Aires", "UTC"].map(cityOf)).toEqual(["Buenos Aires", "UTC"]);
  });
});
