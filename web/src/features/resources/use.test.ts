import { describe, expect, it } from "vitest";

import type { StretchShown, TakenShown } from "#/api/schema";

import { nextFree, usesOf, weekOfUse } from "./use";

const ZONE = "Europe/Berlin";
const at = (day: number, hour: number) =>
  `2026-03-${String(day).padStart(2, "0")}T${String(hour).padStart(2, "0")}:00:00Z`;
const named = (title: string, event: string | null = title): TakenShown => ({
  title,
  status: "confirmed",
  event_id: event,
  reservation_id: null,
});
const stretch = (start: string, end: string, ...by: TakenShown[]): StretchShown => ({
  start,
  end,
  usage: by.length,
  by,
});

const TRIP = named("Trip");
const CAKE = named("Cake");
const HIDDEN = named("Busy", null);

describe("the uses of a thing", () => {
  it("go on through the stretches that others cut", () => {
    const uses = usesOf([
      stretch(at(2, 8), at(2, 9), TRIP),
      stretch(at(2, 9), at(2, 10), TRIP, CAKE),
      stretch(at(2, 10), at(2, 11), CAKE),
      stretch(at(2, 11), at(2, 12)),
      stretch(at(2, 12), at(2, 13), TRIP),
    ]);
    expect(
      uses.map(({ title, start, end }) => [
        title,
        new Date(start).getUTCHours(),
        new Date(end).getUTCHours(),
      ]),
    ).toEqual([
      ["Trip", 8, 10],
      ["Cake", 9, 11],
      ["Trip", 12, 13],
    ]);
  });

  it("that may not be told apart are as many as there are", () => {
    const uses = usesOf([stretch(at(2, 8), at(2, 9), HIDDEN, HIDDEN), stretch(at(2, 9), at(2, 10), HIDDEN)]);
    expect(uses.map(({ start, end }) => (end - start) / 3_600_000)).toEqual([2, 1]);
  });
});

describe("the week of a thing", () => {
  it("cuts at midnight by the clock of the zone", () => {
    const [monday, tuesday] = weekOfUse(usesOf([stretch(at(2, 17), at(3, 5), TRIP)]), "2026-03-02", ZONE);
    expect(monday?.bars.map(({ from, to }) => [from * 24, to * 24])).toEqual([[18, 24]]);
    expect(tuesday?.bars.map(({ from, to }) => [from * 24, to * 24])).toEqual([[0, 6]]);
  });

  it("puts what overlaps into lanes, and what follows into the first that is free", () => {
    const uses = usesOf([
      stretch(at(2, 8), at(2, 9), TRIP),
      stretch(at(2, 9), at(2, 10), TRIP, CAKE),
      stretch(at(2, 10), at(2, 11), CAKE, HIDDEN),
    ]);
    const [monday] = weekOfUse(uses, "2026-03-02", ZONE);
    expect(monday?.bars.map(({ lane }) => lane)).toEqual([0, 1, 0]);
    expect(monday?.peak).toBe(2);
  });

  it("has days of 23 hours where the clock is put forward", () => {
    const week = weekOfUse(usesOf([stretch(at(29, 10), at(29, 22), TRIP)]), "2026-03-23", ZONE);
    expect(week[6]?.bars[0]?.from).toBeCloseTo(11 / 23);
    expect(week[6]?.bars[0]?.to).toBe(1);
  });
});

describe("the next free time", () => {
  const stretches = [
    stretch(at(2, 8), at(2, 9), TRIP, CAKE),
    stretch(at(2, 9), at(2, 10), TRIP),
    stretch(at(2, 10), at(2, 11), TRIP, CAKE),
    stretch(at(2, 11), at(2, 12), TRIP),
    stretch(at(2, 12), at(2, 20)),
  ];

  it.each([
    [2, 1, at(2, 9)],
    [2, 3, at(2, 11)],
    [1, 1, at(2, 12)],
    [3, 12, at(2, 8)],
    [1, 9, null],
    [0, 1, null],
  ])("with room for %i, for %i hours, is %s", (capacity, hours, expected) => {
    const found = nextFree(stretches, capacity, hours * 3_600_000);
    expect(found).toBe(expected && Date.parse(expected));
  });
});
