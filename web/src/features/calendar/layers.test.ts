import { describe, expect, it } from "vitest";

import { type Layer, layered, layersOf, type Lying } from "./layers";

const MINUTE = 60_000;
const at = (clock: string) => {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  return (hour * 60 + minute) * MINUTE;
};
const laid = (...spans: readonly (readonly [string, string])[]) =>
  layersOf(spans.map(([start, end]) => [at(start), at(end)]));
const place = ({ from, width }: Layer) => [from, width].map((share) => Number(share.toFixed(2)));

describe("events that overlap", () => {
  it.each([
    [
      "what meets nothing has the whole width",
      [
        ["8:00", "9:00"],
        ["9:00", "10:00"],
      ],
      [
        [0, 1],
        [0, 1],
      ],
    ],
    [
      "what begins later lies on what goes on",
      [
        ["8:00", "13:00"],
        ["8:30", "14:00"],
        ["9:30", "10:00"],
      ],
      [
        [0, 1],
        [0.14, 0.86],
        [0.27, 0.73],
      ],
    ],
    [
      "what begins together stands side by side, the longer first",
      [
        ["8:00", "9:00"],
        ["8:15", "9:00"],
        ["8:00", "12:00"],
      ],
      [
        [0.33, 0.33],
        [0.67, 0.33],
        [0, 0.33],
      ],
    ],
    [
      "beside what is over is no need to stand",
      [
        ["8:00", "13:00"],
        ["9:00", "10:00"],
        ["10:00", "11:00"],
      ],
      [
        [0, 1],
        [0.14, 0.86],
        [0.14, 0.86],
      ],
    ],
    [
      "what goes on to the right is not covered whole",
      [
        ["8:00", "12:00"],
        ["8:00", "12:00"],
        ["10:00", "11:00"],
      ],
      [
        [0, 0.5],
        [0.5, 0.5],
        [0.57, 0.43],
      ],
    ],
    [
      "what has no length needs a line all the same",
      [
        ["8:00", "8:00"],
        ["8:00", "9:00"],
      ],
      [
        [0.5, 0.5],
        [0, 0.5],
      ],
    ],
  ] as const)("%s", (_, spans, places) => {
    expect(laid(...spans).map(place)).toEqual(places);
  });

  it("says how much of what lies below is free", () => {
    expect(laid(["8:00", "13:00"], ["8:30", "9:00"], ["11:00", "12:00"]).map(({ free }) => free)).toEqual([
      30 * MINUTE,
      Infinity,
      Infinity,
    ]);
  });

  it("are one line where another lies close below their start, and all-day events lie nowhere", () => {
    const day = { start: "2026-11-21", end: "2026-11-22", allDay: true };
    const long = { start: "2026-11-21T08:00:00", end: "2026-11-21T13:00:00", allDay: false };
    const late = { start: "2026-11-21T08:30:00", end: "2026-11-21T09:30:00", allDay: false };
    const [first, second, third] = layered<Lying>([day, long, late]);
    expect(first).toBe(day);
    expect(second?.classNames).toEqual(["brief"]);
    expect(third?.styles).toEqual(["--from: 0.1429", "--width: 0.8571"]);
  });
});
