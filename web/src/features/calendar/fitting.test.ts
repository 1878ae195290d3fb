import { describe, expect, it } from "vitest";

import { fitted } from "./fitting";

const DATES = ["2026-11-23", "2026-11-24", "2026-11-25"];
const timed = (name: string, day: string, hour: number) => ({
  name,
  start: `2026-11-${day}T${String(hour).padStart(2, "0")}:00:00`,
  end: `2026-11-${day}T${String(hour + 1).padStart(2, "0")}:00:00`,
});
const days = (name: string, start: string, end: string) => ({
  name,
  start: `2026-11-${start}`,
  end: `2026-11-${end}`,
  allDay: true,
});
const names = (fit: { shown: readonly { name: string }[] }) => fit.shown.map(({ name }) => name);

describe("what a month has room for", () => {
  it("is everything where there is room", () => {
    const fit = fitted([timed("b", "23", 12), timed("a", "23", 9)], DATES, 2);
    expect(names(fit)).toEqual(["a", "b"]);
    expect([...fit.more]).toEqual([]);
  });

  it("leaves one line for the word of what is left", () => {
    const fit = fitted(
      [9, 10, 11, 12].map((hour) => timed(`at ${hour}`, "24", hour)),
      DATES,
      3,
    );
    expect(names(fit)).toEqual(["at 9", "at 10"]);
    expect([...fit.more]).toEqual([["2026-11-24", 2]]);
  });

  it("gives an event of several days one line on all of them", () => {
    const trip = days("trip", "23", "26");
    const fit = fitted([timed("a", "24", 9), timed("b", "24", 10), timed("c", "25", 9), trip], DATES, 2);
    expect(names(fit)).toEqual(["trip", "c"]);
    expect([...fit.more]).toEqual([["2026-11-24", 2]]);
  });

  it("counts an event that does not fit on each of its days", () => {
    const fit = fitted([timed("a", "23", 0), days("trip", "23", "25"), days("fair", "23", "25")], DATES, 2);
    expect(names(fit)).toEqual(["trip"]);
    expect([...fit.more]).toEqual([
      ["2026-11-23", 2],
      ["2026-11-24", 1],
    ]);
  });

  it("has an event that ends at midnight on one day, and none before or after what is shown", () => {
    const night = { name: "night", start: "2026-11-24T22:00:00", end: "2026-11-25T00:00:00" };
    const fit = fitted([night, days("past", "20", "23"), days("later", "26", "27")], DATES, 1);
    expect(names(fit)).toEqual(["night"]);
    expect(fit.more.size).toBe(0);
  });

  it("knows of no more room than there is where there is none", () => {
    const fit = fitted([timed("a", "23", 9)], DATES, 0);
    expect(names(fit)).toEqual([]);
    expect([...fit.more]).toEqual([["2026-11-23", 1]]);
  });
});
