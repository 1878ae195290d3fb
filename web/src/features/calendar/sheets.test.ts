import { describe, expect, it } from "vitest";

import type { Occurrence } from "#/api/schema";
import { plusDays, type Wall } from "#/time/zoned";

import { Sheets } from "./sheets.svelte";
import { datesOf, type Range } from "./views";

const week = (date: Wall): Range => ({ date, dates: datesOf("week", date, 1) });
const beside = (date: Wall) => [week(plusDays(date, 7)), week(plusDays(date, -7))];
const event = (title: string) => [{ title }] as unknown as readonly Occurrence[];

describe("sheets", () => {
  const sheets = () => {
    const made = new Sheets();
    made.turn("week", week("2026-03-18"));
    return made;
  };

  it("uncovers a range that was laid beside, with what it holds", () => {
    const made = sheets();
    made.lay(week("2026-03-25"), event("Choir"), beside("2026-03-18"));
    made.turn("week", week("2026-03-25"));
    expect(made.shown.items).toEqual(event("Choir"));
    expect(made.all.length).toBe(2);
  });

  it("leaves what is there before us until the new range has come", () => {
    const made = sheets();
    made.shown.items = event("Choir");
    made.turn("week", week("2026-06-17"));
    expect(made.shown.range).toEqual(week("2026-06-17"));
    expect(made.shown.items).toEqual(event("Choir"));
  });

  it("lays on the sheet that is far from here, and has three at most", () => {
    const made = sheets();
    for (const date of ["2026-03-18", "2026-03-25", "2026-04-01", "2026-03-25"]) {
      made.turn("week", week(date));
      for (const range of beside(date)) made.lay(range, event(range.date), beside(date));
    }
    expect(made.all.length).toBe(3);
    expect(made.all.map((each) => each.range.date).toSorted()).toEqual([
      "2026-03-18",
      "2026-03-25",
      "2026-04-01",
    ]);
  });

  it("is drawn again only for news", () => {
    const made = sheets();
    const lay = (items: readonly Occurrence[]) => made.lay(week("2026-03-25"), items, beside("2026-03-18"));
    const first = event("Choir");
    lay(first);
    lay(event("Choir"));
    expect(made.all[1]?.items).toBe(first);
    lay(event("Gym"));
    expect(made.all[1]?.items).toEqual(event("Gym"));
  });

  it("keeps nothing of another view", () => {
    const made = sheets();
    made.lay(week("2026-03-25"), event("Choir"), beside("2026-03-18"));
    made.turn("day", { date: "2026-03-25", dates: datesOf("day", "2026-03-25", 1) });
    expect(made.all).toEqual([made.shown]);
  });
});
