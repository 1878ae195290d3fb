import { describe, expect, it } from "vitest";

import { every, everyWorkday, isEveryWorkday, type Repeat, repeatOf, rulesOf } from "./repeat";

const TUESDAY = { start: "2026-11-24T18:00", zone: "Europe/Berlin" }; // the fourth and last of the month
const PLAIN = { kind: "rule", interval: 1, days: [], monthly: "date", ending: { kind: "never" } };

describe("a stored rule that the form can say", () => {
  it.each([
    ["FREQ=DAILY", { frequency: "daily" }],
    [
      "FREQ=DAILY;INTERVAL=3;COUNT=10",
      { frequency: "daily", interval: 3, ending: { kind: "after", count: 10 } },
    ],
    ["FREQ=WEEKLY", { frequency: "weekly" }],
    ["FREQ=WEEKLY;BYDAY=MO,TU,TH", { frequency: "weekly", days: ["MO", "TU", "TH"] }],
    ["FREQ=MONTHLY", { frequency: "monthly" }],
    ["FREQ=MONTHLY;BYDAY=4TU", { frequency: "monthly", monthly: "nth" }],
    ["FREQ=MONTHLY;INTERVAL=2;BYDAY=-1TU", { frequency: "monthly", interval: 2, monthly: "last" }],
    ["FREQ=YEARLY", { frequency: "yearly" }],
    [
      "FREQ=WEEKLY;UNTIL=20261222T225959Z",
      { frequency: "weekly", ending: { kind: "on", date: "2026-12-22" } },
    ],
  ])("%s is read and written back", (rule, said) => {
    const repeat = repeatOf([rule], TUESDAY);
    expect(repeat).toEqual({ ...PLAIN, ...said });
    expect(rulesOf(repeat, TUESDAY)).toEqual([rule]);
  });

  it.each([
    ["FREQ=WEEKLY;BYDAY=TU", { frequency: "weekly" }],
    ["FREQ=WEEKLY;WKST=SU;BYDAY=TU,SU", { frequency: "weekly", days: ["TU", "SU"] }],
    ["FREQ=MONTHLY;BYMONTHDAY=24", { frequency: "monthly" }],
    ["FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=24", { frequency: "yearly" }],
    ["freq=weekly;interval=1", { frequency: "weekly" }],
    ["FREQ=DAILY;UNTIL=20261224", { frequency: "daily", ending: { kind: "on", date: "2026-12-24" } }],
  ])("%s says no more than it has to", (rule, said) => {
    expect(repeatOf([rule], TUESDAY)).toEqual({ ...PLAIN, ...said });
  });
});

describe("a rule that the form cannot say is kept", () => {
  it.each([
    ["FREQ=HOURLY"],
    ["FREQ=WEEKLY;BYDAY=MO,WE"], // without the start's own weekday
    ["FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU"],
    ["FREQ=MONTHLY;BYDAY=2TU"],
    ["FREQ=MONTHLY;BYMONTHDAY=1,15"],
    ["FREQ=YEARLY;BYMONTHDAY=24"], // the 24th of each month
    ["FREQ=YEARLY;BYWEEKNO=20"],
    ["FREQ=DAILY;BYMONTH=12"],
    ["FREQ=DAILY;BYSETPOS=1;BYHOUR=9,10"],
  ])("%s", (rule) => {
    expect(repeatOf([rule], TUESDAY)).toEqual({ kind: "kept", rules: [rule] });
    expect(rulesOf(repeatOf([rule], TUESDAY), TUESDAY)).toEqual([rule]);
  });

  it("so are several", () => {
    const rules = ["FREQ=DAILY", "FREQ=WEEKLY"];
    expect(repeatOf(rules, TUESDAY)).toEqual({ kind: "kept", rules });
  });
});

describe("what the form says", () => {
  const until: Repeat = { ...every("weekly"), ending: { kind: "on", date: "2026-12-22" } };

  it.each([
    [
      "of a time in a zone ends at that day's end there",
      "2026-11-24T18:00",
      "America/New_York",
      "20261223T045959Z",
    ],
    ["of an all-day event ends on a date", "2026-11-24", null, "20261222"],
    ["of a floating time ends at a floating time", "2026-11-24T18:00", null, "20261222T235959"],
  ])("%s", (_, start, zone, written) => {
    expect(rulesOf(until, { start, zone })).toEqual([`FREQ=WEEKLY;UNTIL=${written}`]);
    expect(repeatOf(rulesOf(until, { start, zone }), { start, zone })).toEqual(until);
  });

  it("follows the start to another weekday", () => {
    const nth: Repeat = { ...every("monthly"), monthly: "nth" };
    expect(rulesOf(nth, { start: "2026-12-03", zone: null })).toEqual(["FREQ=MONTHLY;BYDAY=1TH"]);
  });

  it("knows workdays", () => {
    expect(rulesOf(everyWorkday(), TUESDAY)).toEqual(["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"]);
    expect(isEveryWorkday(repeatOf(["FREQ=WEEKLY;BYDAY=FR,TH,WE,TU,MO"], TUESDAY))).toBe(true);
    expect(rulesOf({ kind: "none" }, TUESDAY)).toEqual([]);
  });
});
