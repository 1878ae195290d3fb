// @vitest-environment jsdom
import { beforeAll, describe, expect, it } from "vitest";

import { Formats } from "#/text/formats.svelte";
import { Words } from "#/text/words.svelte";

import { reading, type Saying } from "./reading";
import { BLANK, type Parameters, parametersOf, type Rule, RULES } from "./rule";

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"];
const NIGHT = { start: "20:30", end: "06:30" };
const CAR = { resource: "car", members: ["ana", "rui"] };

const TABLE: readonly [Rule, Parameters, string, string][] = [
  ["no_events_before", { time: "07:00" }, "Nothing begins before 07:00.", "Nichts beginnt vor 07:00."],
  [
    "no_events_after",
    { time: "22:15" },
    "Nothing goes on after 22:15.",
    "Nichts dauert länger als bis 22:15.",
  ],
  [
    "no_events_after",
    { time: "00:00" },
    "Nothing goes on past midnight.",
    "Nichts dauert über Mitternacht hinaus.",
  ],
  [
    "blocked_window",
    { start: "12:00", end: "13:00" },
    "Nothing from 12:00 to 13:00.",
    "Nichts von 12:00 bis 13:00.",
  ],
  [
    "blocked_window",
    { ...NIGHT, days: ["wed", "sun", "mon"] },
    "Monday, Wednesday and Sunday: nothing from 20:30 to 06:30 the next day.",
    "Montag, Mittwoch und Sonntag: nichts von 20:30 bis 06:30 des nächsten Tages.",
  ],
  [
    "blocked_window",
    { ...NIGHT, days: ["mon", "tue", "wed", "thu", "sun"] },
    "Sunday to Thursday: nothing from 20:30 to 06:30 the next day.",
    "Sonntag bis Donnerstag: nichts von 20:30 bis 06:30 des nächsten Tages.",
  ],
  [
    "blocked_window",
    { start: "20:00", end: "00:00" },
    "Nothing from 20:00 to 00:00.",
    "Nichts von 20:00 bis 00:00.",
  ],
  [
    "blocked_window",
    { start: "00:00", end: "00:00", days: ["sun"] },
    "Sunday: nothing all day.",
    "Sonntag: den ganzen Tag nichts.",
  ],
  ["blocked_window", { start: "00:00", end: "00:00" }, "Nothing at any time.", "Nichts, zu keiner Zeit."],
  [
    "preferred_window",
    { start: "09:00", end: "17:00" },
    "Everything lies within 09:00 to 17:00.",
    "Alles liegt in der Zeit von 09:00 bis 17:00.",
  ],
  [
    "preferred_window",
    { start: "09:00", end: "17:00", days: WEEKDAYS },
    "Monday to Friday: everything lies within 09:00 to 17:00.",
    "Montag bis Freitag: alles liegt in der Zeit von 09:00 bis 17:00.",
  ],
  [
    "min_gap_minutes",
    { minutes: 90 },
    "At least 1 hr 30 mins lie between two events.",
    "Mindestens 1 Std., 30 Min. liegen zwischen zwei Terminen.",
  ],
  [
    "max_events_per_day",
    { count: 1 },
    "At most one event begins on a day.",
    "Höchstens ein Termin beginnt an einem Tag.",
  ],
  [
    "max_events_per_week",
    { count: 12 },
    "At most 12 events begin in a week.",
    "Höchstens 12 Termine beginnen in einer Woche.",
  ],
  ["resource_priority", CAR, "Car is kept for Ana and Rui.", "Freigehalten für Ana und Rui: Car."],
  [
    "resource_priority",
    { ...CAR, days: ["sat"], min_rank: 4 },
    "Saturday: Car is kept for Ana and Rui. Events of rank 4 and above may use it all the same.",
    "Samstag freigehalten für Ana und Rui: Car. Termine ab Rang 4 dürfen es trotzdem nutzen.",
  ],
  [
    "resource_priority",
    { ...CAR, start: "07:00", end: "09:00" },
    "From 07:00 to 09:00, Car is kept for Ana and Rui.",
    "Von 07:00 bis 09:00 freigehalten für Ana und Rui: Car.",
  ],
  [
    "resource_priority",
    { ...CAR, start: "07:00", end: "09:00", days: WEEKDAYS },
    "Monday to Friday from 07:00 to 09:00: Car is kept for Ana and Rui.",
    "Montag bis Freitag von 07:00 bis 09:00 freigehalten für Ana und Rui: Car.",
  ],
  ["custom", { expression: "rank > 1" }, "For each event this holds:", "Für jeden Termin gilt:"],
];

async function speaking(language: string): Promise<Saying> {
  const words = new Words();
  await words.speak([language]);
  const named = (id: string) => `${id[0]?.toUpperCase()}${id.slice(1)}`;
  return { t: words.t, formats: new Formats(words), member: named, resource: named };
}

describe("a rule reads", () => {
  let english: Saying;
  let german: Saying;
  beforeAll(async () => {
    [english, german] = await Promise.all([speaking("en-GB"), speaking("de")]);
  });

  it.each(TABLE)("%s %j as %s", (rule, parameters, inEnglish, inGerman) => {
    expect(reading(rule, parameters, english)).toBe(inEnglish);
    expect(reading(rule, parameters, german)).toBe(inGerman);
  });

  it("by the clock of the language", async () => {
    const american = await speaking("en-US");
    expect(reading("no_events_before", { time: "19:30" }, american)).toMatch(
      /^Nothing begins before 7:30\sPM\.$/,
    );
  });

  it("in no words while something is missing", () => {
    for (const rule of RULES) expect(reading(rule, {}, english)).toBeNull();
    expect(
      reading("min_gap_minutes", parametersOf({ ...BLANK, rule: "min_gap_minutes", minutes: null }), english),
    ).toBeNull();
  });
});
