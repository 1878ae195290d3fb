// @vitest-environment jsdom
import { describe, expect, it } from "vitest";

import { type Key, Words } from "./words.svelte";

describe("words", () => {
  it("speaks the first language that there is", async () => {
    const words = new Words();
    await words.speak(["tlh", "de-AT", "en"]);
    expect(words.t("calendar.today")).toBe("Heute");
    expect([document.documentElement.lang, document.documentElement.dir]).toEqual(["de-AT", "ltr"]);
  });

  it.each([
    ["en", ["de-DE", "en-IE", "en-US"], "en-IE"],
    ["en-US", ["en-IE"], "en-US"],
    ["de", ["en-IE"], "de"],
  ])("writes %s for a browser of %s as %s", async (wanted, known, locale) => {
    const words = new Words();
    await words.speak([wanted], known);
    expect(words.locale).toBe(locale);
  });

  it("speaks English where there is none", async () => {
    const words = new Words();
    await words.speak(["tlh"]);
    expect(words.t("calendar.today")).toBe("Today");
  });

  it("leaves what it does not know readable", () => {
    expect(new Words().t("no.such.message" as Key)).toBe("no.such.message");
  });
});
