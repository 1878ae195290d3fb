import { describe, expect, it } from "vitest";

import { de } from "./de";
import { en } from "./en";

const LANGUAGES: Record<string, Record<string, string>> = { de };

describe.each(Object.entries(LANGUAGES))("the messages in %s", (_, messages) => {
  it("are the same as the English ones", () => {
    expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(Object.entries(en))("have the placeholders of %s", (key, message) => {
    expect(placeholders(messages[key] ?? "")).toEqual(placeholders(message));
  });
});

function placeholders(message: string): string[] {
  return (message.match(/\{\w+\}/g) ?? []).sort();
}
