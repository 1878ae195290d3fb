import { describe, expect, it } from "vitest";

import type { ReminderShown } from "#/api/schema";

import { blank, creationOf, parted, patchOf, storedOf } from "./reminder";

const BERLIN = "Europe/Berlin";
const NOW = Date.parse("2026-11-21T12:00:00Z");
const PILLS = {
  id: "1",
  member_id: "anna",
  event_id: null,
  title: null,
  occurrence: null,
  kind: "at",
  minutes: null,
  at: "2026-11-24T07:30:00Z",
  cron: null,
  message: "Pills",
  channels: ["sms"],
  active: true,
  next_at: "2026-11-24T07:30:00Z",
  version: 2,
  created_at: "2026-11-20T00:00:00Z",
} as ReminderShown;

describe("a reminder in its form", () => {
  it("is on the clock of its reader, with the other kinds at hand", () => {
    expect(storedOf(PILLS, BERLIN, NOW)).toEqual({
      version: 2,
      values: {
        ...blank(BERLIN, NOW),
        kind: "at",
        date: "2026-11-24",
        time: "08:30",
        message: "Pills",
        channels: "sms",
      },
    });
  });

  it("begins with an event a little before it, and with none tomorrow", () => {
    expect(blank(BERLIN, NOW, "dentist")).toMatchObject({ kind: "before", minutes: 15 });
    expect(blank(BERLIN, NOW)).toMatchObject({ kind: "at", date: "2026-11-22", time: "09:00" });
  });

  it.each([
    [{ kind: "before" as const, event: "dentist", occurrence: "2026-11-24T09:00:00" }, { minutes: 15 }],
    [{ kind: "at" as const, event: "" }, { at: "2026-11-22T09:00:00+01:00" }],
    [{ kind: "cron" as const, event: "" }, { cron: "0 8 * * mon-fri" }],
  ])("of %j is made with one time alone", (more, time) => {
    const typed = { ...blank(BERLIN, NOW), ...more, message: " Pills " };
    expect(creationOf(typed, "anna", BERLIN)).toEqual({
      member_id: "anna",
      event_id: typed.event || null,
      occurrence: typed.occurrence || null,
      message: "Pills",
      channels: null,
      ...time,
    });
  });

  it("sends what changed, and when it comes as one", () => {
    const { values } = storedOf(PILLS, BERLIN, NOW);
    const patch = (changes: Partial<typeof values>) => patchOf({ ...values, ...changes }, changes, BERLIN);
    expect(patch({ time: "09:00" })).toEqual({ at: "2026-11-24T09:00:00+01:00" });
    expect(patch({ kind: "cron" })).toEqual({ cron: "0 8 * * mon-fri" });
    expect(patch({ message: " ", channels: "" })).toEqual({ message: null, channels: null });
    expect(patch({ active: false, channels: "sms push" })).toEqual({
      active: false,
      channels: ["sms", "push"],
    });
  });
});

it("the next reminder comes first, and what comes no more is apart", () => {
  const found = ["2026-11-25T00:00:00Z", null, "2026-11-24T23:00:00+01:00"].map(
    (next_at) => ({ ...PILLS, id: String(next_at), next_at }) as ReminderShown,
  );
  const { coming, rest } = parted(found);
  expect(coming).toEqual([found[2], found[0]]);
  expect(rest).toEqual([found[1]]);
});
