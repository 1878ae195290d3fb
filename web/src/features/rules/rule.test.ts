import { describe, expect, it } from "vitest";

import type { ConstraintShown } from "#/api/schema";

import { BLANK, fieldsOf, type Parameters, parametersOf, type Rule } from "./rule";

const EACH: readonly [Rule, Parameters][] = [
  ["no_events_before", { time: "06:30" }],
  ["no_events_after", { time: "00:00" }],
  ["blocked_window", { start: "20:30", end: "06:30", days: ["mon", "sun"] }],
  ["preferred_window", { start: "09:00", end: "17:00" }],
  ["min_gap_minutes", { minutes: 30 }],
  ["max_events_per_day", { count: 4 }],
  ["max_events_per_week", { count: 20 }],
  ["resource_priority", { resource: "car", members: ["ana", "rui"] }],
  [
    "resource_priority",
    { resource: "car", members: ["ana"], start: "07:00", end: "09:00", days: ["fri"], min_rank: 5 },
  ],
  ["custom", { expression: 'category != "Gym"' }],
];

function constraint(rule: Rule, parameters: Parameters): ConstraintShown {
  return {
    id: "c",
    name: "One",
    rule,
    parameters,
    hard: true,
    priority: 7,
    active: true,
    member_id: null,
    version: 1,
    created_at: "",
    updated_at: "",
  };
}

describe("the form of a rule", () => {
  it.each(EACH)("gives back the parameters of %s %j", (rule, parameters) => {
    expect(parametersOf(fieldsOf(constraint(rule, parameters)))).toEqual(parameters);
  });

  it("leaves out what belongs to another rule", () => {
    expect(
      parametersOf({ ...BLANK, rule: "max_events_per_day", days: "mon", time: "09:00", count: 3 }),
    ).toEqual({
      count: 3,
    });
  });

  it("sends an empty number as none, for the server to ask for", () => {
    expect(parametersOf({ ...BLANK, rule: "min_gap_minutes", minutes: null })).toEqual({ minutes: null });
  });
});
