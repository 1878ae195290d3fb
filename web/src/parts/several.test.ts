import { describe, expect, it } from "vitest";

import { severalOf, toggled } from "./several";

const DAYS = ["mon", "tue", "wed", "thu", "fri"];

describe("several choices", () => {
  it.each([
    ["", "wed", "wed"],
    ["wed fri", "mon", "mon wed fri"],
    ["mon wed", "mon", "wed"],
  ])("are, of %j and then %s, %j", (chosen, day, after) => {
    expect(toggled(chosen, day, DAYS)).toBe(after);
  });

  it("come apart again", () => {
    expect([severalOf(""), severalOf("mon fri")]).toEqual([[], ["mon", "fri"]]);
  });
});
