import { describe, expect, it } from "vitest";

import { zonesByRegion, zoneTitle } from "./zones";

describe("time zones", () => {
  it("stand under their regions, with those that only the server knows", () => {
    const known = ["Europe/Berlin", "America/Lima", "America/Bogota"];
    expect(zonesByRegion(["Europe/Kyiv", "Europe/Berlin", "EST5EDT"], known)).toEqual([
      { name: "America", zones: ["America/Bogota", "America/Lima"] },
      { name: "UTC", zones: ["EST5EDT", "UTC"] },
      { name: "Europe", zones: ["Europe/Berlin", "Europe/Kyiv"] },
    ]);
  });

  it.each([
    ["Europe/Berlin", "Berlin"],
    ["America/Argentina/Buenos_Aires", "Buenos Aires (Argentina)"],
    ["UTC", "UTC"],
  ])("%s reads %s", (zone, title) => {
    expect(zoneTitle(zone)).toBe(title);
  });
});
