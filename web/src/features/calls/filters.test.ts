import { expect, test } from "vitest";

import { askedOfCalls, askedOfLog, callFilters, isChoosing, logFile, logFilters } from "./filters";

const ZONE = "Europe/Berlin";

test("an address chooses, and what is no choice in it is left out", () => {
  const filters = callFilters(
    new URLSearchParams("state=paused&who=everybody&q=%20rent%20&from=2026-11-31&to=2026-11-30"),
  );
  expect(filters).toMatchObject({ state: "paused", who: null, text: "rent", from: null, to: "2026-11-30" });
  expect(isChoosing(filters)).toBe(true);
  expect(isChoosing(callFilters(new URLSearchParams("state=asleep")))).toBe(false);
});

test("days are whole days on the clock of the person", () => {
  const filters = callFilters(new URLSearchParams("from=2026-10-25&to=2026-10-25"));
  expect(askedOfCalls(filters, ZONE)).toMatchObject({
    from: "2026-10-25T00:00:00+02:00",
    to: "2026-10-26T00:00:00+01:00",
  });
});

test("attempts that go on are asked for by another name than those that ended", () => {
  const of = (query: string) => askedOfLog(logFilters(new URLSearchParams(query)), ZONE);
  expect(of("outcome=under_way")).toMatchObject({ outcome: undefined, under_way: true });
  expect(of("outcome=busy")).toMatchObject({ outcome: ["busy"], under_way: undefined });
  expect(logFile(logFilters(new URLSearchParams("outcome=busy&phone=%2B49301")), ZONE)).toBe(
    "/api/v1/call-attempts.csv?outcome=busy&phone=%2B49301",
  );
});
