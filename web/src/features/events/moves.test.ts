import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ConflictShown, Occurrence } from "#/api/schema";

import { type Answer, CHOIR, fakeApp, HOUSEHOLD, NOTHING, shown } from "./fakes";
import { Moves } from "./moves.svelte";

const LATER = { start: "2026-11-24T20:00:00", end: "2026-11-24T21:30:00", allDay: false };
const SERIES: Occurrence = { ...CHOIR, repeats: true, recurrence_key: "2026-11-24T18:00:00" };
const BROKEN = { status: 409, body: { code: "constraint_broken", broken: [{ words: "Quiet evenings" }] } };
const STALE = { status: 412, body: { code: "stale_version", version: 2 } };

function moving(...answers: Answer[]) {
  const fake = fakeApp(...answers);
  const undo = vi.fn();
  const refresh = vi.fn();
  return { ...fake, undo, refresh, moves: new Moves(fake.app, HOUSEHOLD, refresh) };
}

describe("a drop", () => {
  it("of an event that happens once is stored at once, over the version that was seen", async () => {
    const { moves, sent, said, undo, refresh } = moving({ body: NOTHING });
    await moves.drop(CHOIR, LATER, undo);
    expect(sent).toEqual([
      {
        method: "PATCH",
        path: "/api/v1/events/{event_id}",
        query: { force: false },
        header: { "If-Match": '"1"' },
        body: { start: "2026-11-24T20:00:00+01:00", end: "2026-11-24T21:30:00+01:00" },
      },
    ]);
    expect(said[0]).toContain("Choir");
    expect([undo.mock.calls.length, refresh.mock.calls.length]).toEqual([0, 1]);
  });

  it.each([
    [
      "an all-day event is sent its dates",
      { ...CHOIR, all_day: true },
      { start: "2026-11-25", end: "2026-11-26", allDay: true },
    ],
    ["a floating event is sent wall times", { ...CHOIR, floating: true }, LATER],
  ])("of %s", async (_, occurrence, to) => {
    const { moves, sent, undo } = moving({ body: NOTHING });
    await moves.drop(occurrence, to, undo);
    expect(sent[0]?.body).toEqual({ start: to.start, end: to.end });
  });

  it.each(["single", "future", "all"] as const)("of a series asks first: %s", async (scope) => {
    const { moves, sent, undo } = moving({ body: NOTHING });
    await moves.drop(SERIES, LATER, undo);
    expect([moves.question, sent.length]).toEqual([{ kind: "scope" }, 0]);
    await moves.goOn({ scope });
    expect(sent[0]?.query).toEqual({ occurrence: SERIES.recurrence_key, scope, force: false });
    expect(moves.question).toBeNull();
  });

  it("that is given up goes back", async () => {
    const { moves, sent, undo } = moving();
    await moves.drop(SERIES, LATER, undo);
    moves.giveUp();
    expect([undo.mock.calls.length, sent.length, moves.question, moves.pending]).toEqual([1, 0, null, null]);
  });

  it("against a hard rule names it, and is made where that is wanted", async () => {
    const { moves, sent, undo } = moving(BROKEN, { body: NOTHING });
    await moves.drop(CHOIR, LATER, undo);
    expect(moves.question).toEqual({ kind: "broken", words: ["Quiet evenings"] });
    await moves.goOn({ force: true });
    expect([sent[1]?.query["force"], undo.mock.calls.length]).toEqual([true, 0]);
  });

  it("over another version shows it, and is made over that one where it is wanted", async () => {
    const stored = shown({ title: "Singing", version: 2 });
    const { moves, sent, undo } = moving(STALE, { body: stored }, { body: NOTHING });
    await moves.drop(CHOIR, LATER, undo);
    expect(moves.question).toEqual({ kind: "raced", stored });
    await moves.goOn();
    expect([sent[2]?.header, undo.mock.calls.length]).toEqual([{ "If-Match": '"2"' }, 0]);
  });

  it.each<[string, ...Answer[]]>([
    ["refused", { status: 403, body: { code: "forbidden", detail: "No." } }],
    ["on an event that is gone", STALE, { status: 404, body: { code: "not_found", detail: "No." } }],
  ])("that is %s goes back, and says why", async (_, ...answers) => {
    const { moves, said, undo } = moving(...answers);
    await moves.drop(CHOIR, LATER, undo);
    expect([said, undo.mock.calls.length, moves.question]).toEqual([["! No."], 1, null]);
  });

  it("in place of one that is still asked about takes the other back", async () => {
    const { moves, undo } = moving({ body: NOTHING });
    await moves.drop(SERIES, LATER, undo);
    await moves.drop(CHOIR, LATER, vi.fn());
    expect([undo.mock.calls.length, moves.question]).toEqual([1, null]);
  });

  it("tells what made way for it", async () => {
    const after = { title: "Gym", start: "2026-11-25T07:00:00+01:00", end: "2026-11-25T08:00:00+01:00" };
    const { moves, said, undo } = moving({ body: { ...NOTHING, moved: [{ after }] } });
    await moves.drop(CHOIR, LATER, undo);
    expect(said[0]).toMatch(/Choir.* · Gym made way to .*7:00/);
  });
});

describe("a drag", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());
  const clash = { identity: "new", sentence: "Choir overlaps Dentist" } as ConflictShown;
  const known = { identity: "old", sentence: "Choir overlaps Gym" } as ConflictShown;
  const answer = { body: { ...NOTHING, conflicts: [clash, known], appearing: ["new"] } };

  it("asks where it rests, and five times a second at most", async () => {
    const { moves, sent } = moving(...Array.from({ length: 20 }, () => answer));
    for (let step = 0; step < 20; step++) {
      const minute = String(step).padStart(2, "0");
      moves.hover(CHOIR, { ...LATER, start: `2026-11-24T20:${minute}:00` });
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(sent.length).toBeLessThanOrEqual(5);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.at(-1)).toMatchObject({
      query: { preview: true },
      body: { start: "2026-11-24T20:19:00+01:00" },
    });
  });

  it("shows only what would appear, until it is over", async () => {
    const { moves, sent } = moving(answer);
    moves.hover(CHOIR, LATER);
    moves.hover(CHOIR, LATER);
    await vi.advanceTimersByTimeAsync(1000);
    expect([moves.clashes, sent.length]).toEqual([[clash], 1]);
    moves.rest();
    expect(moves.clashes).toEqual([]);
  });

  it("that rests before it asked asks nothing", async () => {
    const { moves, sent } = moving(answer);
    moves.hover(CHOIR, LATER);
    moves.rest();
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([]);
  });
});
