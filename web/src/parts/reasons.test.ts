import { describe, expect, it } from "vitest";

import { withoutReasons } from "./reasons";

const reasons = [{ words: "it ranks below Dentist" }, { words: "it is free then" }];

describe("a sentence without its reasons", () => {
  it.each([
    ["Move Gym: it ranks below Dentist; it is free then", reasons, "Move Gym"],
    ["Move Gym: legs: it ranks below Dentist; it is free then", reasons, "Move Gym: legs"],
    ["Move Gym: told otherwise", reasons, "Move Gym: told otherwise"],
    ["Move Gym", [], "Move Gym"],
  ])("%j", (sentence, reasons, left) => {
    expect(withoutReasons({ sentence, reasons })).toBe(left);
  });
});
