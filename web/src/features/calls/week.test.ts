import { expect, test } from "vitest";

import type { AttemptShown, CallShown, Occurrence } from "#/api/schema";
import type { Household } from "#/app/household.svelte";

import { callsDrawn } from "./week";

const household = { zone: "UTC", calendar: new Map(), calendars: [], members: [] } as unknown as Household;
const LATER = "2126-11-24T09:00:00+00:00";
const EARLIER = "2020-11-24T09:00:00+00:00";

function occurrence(holder: string | null, more: Partial<Occurrence> = {}): Occurrence {
  const plain = { id: holder ?? "plain", recurrence_key: "", start: LATER, end: LATER, participants: [] };
  return { ...plain, status: "confirmed", holder, ...more } as unknown as Occurrence;
}

function runs(occurrences: Occurrence[], attempts: object[] = [], paused: string[] = []) {
  const waiting = paused.map((id) => ({ id }) as CallShown);
  return callsDrawn(occurrences, attempts as AttemptShown[], waiting, household).map(
    ({ extendedProps }) => extendedProps.run,
  );
}

test("only calls are drawn", () => {
  expect(runs([occurrence(null), occurrence("task:1"), occurrence("call:1")])).toEqual(["scheduled"]);
});

test("a run that was tried stands as its last attempt did", () => {
  const due_at = "2020-11-24T09:00:00Z";
  const attempts = [
    { call_id: "1", due_at, outcome: "completed" },
    { call_id: "1", due_at, outcome: "busy" },
    { call_id: "2", due_at: null, outcome: "failed" },
  ];
  expect(runs([occurrence("call:1", { start: EARLIER }), occurrence("call:2")], attempts)).toEqual([
    "completed",
    "scheduled",
  ]);
});

test("what is to come of a paused call waits, and what was is over", () => {
  const both = [occurrence("call:1"), occurrence("call:1", { start: EARLIER })];
  expect(runs(both, [], ["1"])).toEqual(["paused", "scheduled"]);
  expect(runs([occurrence("call:1", { status: "cancelled" })])).toEqual(["cancelled"]);
});
