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
      "what comes next goes on in a column that is free",
      [
        ["9:00", "9:05"],
        ["9:10", "9:15"],
        ["9:20", "9:25"],
        ["9:30", "9:35"],
        ["9:40", "9:45"],
      ],
      [
        [0, 0.33],
        [0.33, 0.33],
        [0.67, 0.33],
        [0, 0.33],
        [0.33, 0.33],
      ],
    ],
    [
      "one after the other they begin at the edge again",
      [
        ["8:00", "8:45"],
        ["8:30", "9:15"],
        ["9:00", "9:45"],
        ["9:30", "10:15"],
        ["10:00", "10:45"],
        ["10:30", "11:15"],
        ["11:00", "11:45"],
      ],
      [
        [0, 1],
        [0.14, 0.86],
        [0.27, 0.73],
        [0.37, 0.63],
        [0.46, 0.54],
        [0, 0.92],
        [0.14, 0.86],
      ],
    ],
    [
      "what would be too narrow on the others stands beside them",
      [
        ["9:00", "9:45"],
        ["9:10", "9:55"],
        ["9:20", "10:05"],
        ["9:30", "10:15"],
        ["9:50", "10:35"],
      ],
      [
        [0, 0.25],
        [0.25, 0.25],
        [0.5, 0.25],
        [0.75, 0.25],
        [0, 0.25],
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

  it.each([
    [1, 5],
    [5, 5],
    [10, 15],
    [20, 45],
    [30, 45],
    [30, 180],
  ])("keeps some width where another begins each %i minutes and takes %i", (every, length) => {
    const spans = Array.from({ length: 480 / every }, (_, each) => {
      return [each * every * MINUTE, (each * every + length) * MINUTE] as const;
    });
    const widths = layersOf(spans).map(({ width }) => width);
    expect(Math.min(...widths)).toBeGreaterThan(0.03);
    for (const { from, width } of layersOf(spans)) expect(from + width).toBeLessThanOrEqual(1.000_001);
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
