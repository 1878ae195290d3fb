import { describe, expect, it } from "vitest";

import { clockOf, cronOf, type Plain, plainOf } from "./pattern";

const ALL = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const WORKDAYS = ALL.slice(0, 5);

describe("choices", () => {
  it.each<[Plain, string]>([
    [{ days: ALL, minute: 0, hours: [8] }, "0 8 * * *"],
    [{ days: WORKDAYS, minute: 30, hours: [8, 18] }, "30 8,18 * * mon-fri"],
    [{ days: ["mon", "sat", "sun"], minute: 5, hours: [20] }, "5 20 * * mon,sat,sun"],
  ])("%j are the pattern %s, and the other way round", (plain, cron) => {
    expect(cronOf(plain)).toBe(cron);
    expect(plainOf(cron)).toEqual(plain);
  });

  it("without any day are every day", () => {
    expect(cronOf({ days: [], minute: 0, hours: [8] })).toBe("0 8 * * *");
  });
});

describe("a pattern that was typed", () => {
  it.each<[string, Plain["days"]]>([
    ["0 8 * * 1-5", WORKDAYS],
    ["0 8 * * MON,wed", ["mon", "wed"]],
    ["0 8 * * 0", ["sun"]],
    ["0 8 * * 7", ["sun"]],
    ["0 8 * * sat-7", ["sat", "sun"]],
    ["0 8 * * fri-0", ["fri", "sat", "sun"]],
    ["  0  8 *  * * ", ALL],
  ])("%j is on %j", (cron, days) => {
    expect(plainOf(cron)?.days).toEqual(days);
  });

  it("has its hours in order, each once", () => {
    expect(plainOf("15 20,8,20 * * *")?.hours).toEqual([8, 20]);
  });

  it.each([
    "",
    "0 8",
    "*/15 * * * *",
    "0 8-10 * * *",
    "0,30 8 * * *",
    "0 8 1 * *",
    "0 8 * jan *",
    "60 8 * * *",
    "0 24 * * *",
    "0 8 * * mon-wed-fri",
    "0 8 * * fri-mon",
    "0 8 * * someday",
    "0 8 * * 8",
    "0 8 * * * *",
  ])("%j says more than choices can", (cron) => {
    expect(plainOf(cron)).toBeNull();
  });
});

it("a time of day has two figures each", () => {
  expect(clockOf(8, 5)).toBe("08:05");
});
