import { expect, test } from "vitest";

import { lastDays, rangeOf } from "./range";

const TODAY = "2026-11-21";
const of = (query: string) => rangeOf(new URLSearchParams(query), TODAY);

test("without a word it is the last week, today with it", () => {
  const week = { from: "2026-11-15", to: TODAY };
  expect(of("")).toEqual(week);
  expect(of("from=2026-11-20")).toEqual(week);
  expect(of("from=2026-11-20&to=2026-11-19")).toEqual(week);
  expect(of("from=yesterday&to=today")).toEqual(week);
  expect(lastDays(1, TODAY)).toEqual({ from: TODAY, to: TODAY });
});

test("no more than a year is asked for", () => {
  expect(of("from=2020-01-01&to=2026-11-21")).toEqual({ from: "2025-11-22", to: TODAY });
});
