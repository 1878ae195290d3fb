import { describe, expect, it } from "vitest";

import { languageOf, languagesFor, weekStartOf } from "./guesses";

describe("what a browser lets one guess", () => {
  it.each([
    ["de-DE", "monday"],
    ["en-US", "sunday"],
    ["ar-EG", "saturday"],
  ] as const)("weeks of %s begin on %s", (locale, day) => {
    expect(weekStartOf(locale)).toBe(day);
  });

  it.each([
    [["tlh", "de-AT", "en"], "de-AT"],
    [["tlh"], "en"],
  ])("of %j it speaks %s", (wanted, language) => {
    expect(languageOf(wanted)).toBe(language);
  });

  it("offers every language, the one in use in its own form", () => {
    expect(languagesFor("de-AT").map(({ value }) => value)).toEqual(["en", "de-AT"]);
  });
});
