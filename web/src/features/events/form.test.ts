import { describe, expect, it } from "vitest";

import type { Occurrence } from "#/api/schema";

import { blank, creationOf, formOf, isWhole, patchOf, type When, withStart, withTimes } from "./form";
import { every } from "./repeat";
import { differences, merged } from "./versions";

const TIMES = { start: "2026-11-24T18:00:00", end: "2026-11-24T19:30:00", allDay: false };
const BLANK = blank(TIMES, "Europe/Berlin", "calendar-1");
const STORED = {
  title: "Choir",
  start: "2026-11-24T18:00:00+01:00",
  end: "2026-11-24T19:30:00+01:00",
  zone: "Europe/Berlin",
  all_day: false,
  floating: false,
  calendar_id: "calendar-1",
  participants: [],
  resources: [],
  location: null,
  description: null,
  url: null,
  category: { id: "general", name: "General", level: 3, color: null },
  priority: null,
  flexibility: "preferred",
  status: "confirmed",
  transparent: false,
  confidential: false,
  completed_at: null,
} as unknown as Occurrence;
const CHOIR = formOf(STORED, [], "Europe/Berlin");

describe("what is sent", () => {
  it("to make an event leaves to the server what nobody touched", () => {
    const form = { ...BLANK, title: " Choir ", repeat: every("weekly") };
    expect(creationOf(form, BLANK, "uid-1")).toEqual({
      title: "Choir",
      start: "2026-11-24T18:00",
      end: "2026-11-24T19:30",
      zone: "Europe/Berlin",
      calendar_id: "calendar-1",
      rules: ["FREQ=WEEKLY"],
      transparent: false,
      uid: "uid-1",
    });
  });

  it.each([
    [
      "a date with an exclusive end",
      { allDay: true, endDate: "2026-11-26" },
      { start: "2026-11-24", end: "2026-11-27" },
    ],
    [
      "a floating time",
      { zone: null },
      { start: "2026-11-24T18:00", end: "2026-11-24T19:30", floating: true },
    ],
    [
      "a time on another clock",
      { zone: "Asia/Tokyo" },
      { start: "2026-11-24T18:00", end: "2026-11-24T19:30", zone: "Asia/Tokyo" },
    ],
  ])("to change the times to %s is all that was changed", (_, change, sent) => {
    expect(patchOf(CHOIR, { ...CHOIR, when: { ...CHOIR.when, ...change } })).toEqual(sent);
  });

  it("to clear a field is null", () => {
    const stored = { ...CHOIR, location: "Hall", category: "music", priority: "high" };
    const cleared = { ...stored, location: " ", category: "", priority: "" };
    expect(patchOf(stored, cleared)).toEqual({ location: null, category_id: null, priority: null });
  });

  it("is nothing where nothing was changed", () => {
    expect(patchOf(CHOIR, { ...CHOIR })).toEqual({});
  });
});

describe("an event in another zone", () => {
  it("is shown on the clock that it lives by", () => {
    const tokyo = {
      ...STORED,
      start: "2026-11-24T09:00:00+09:00",
      end: "2026-11-24T10:00:00+09:00",
      zone: "Asia/Tokyo",
    };
    expect(formOf(tokyo, [], "Europe/Berlin").when).toMatchObject({ startTime: "09:00", zone: "Asia/Tokyo" });
  });
});

describe("another start", () => {
  const when = (change: Partial<When> = {}): When => ({ ...CHOIR.when, ...change });

  it.each([
    ["moves the end along", when(), { startTime: "23:00" }, { endDate: "2026-11-25", endTime: "00:30" }],
    [
      "moves the last day along",
      when({ allDay: true, endDate: "2026-11-25" }),
      { startDate: "2026-12-31" },
      { endDate: "2027-01-01" },
    ],
    [
      "that is not whole moves nothing",
      when(),
      { startDate: "" },
      { endDate: "2026-11-24", endTime: "19:30" },
    ],
    [
      "leaves an end alone that came before it",
      when({ endTime: "17:00" }),
      { startTime: "16:00" },
      { endTime: "17:00" },
    ],
  ])("%s", (_, before, change, after) => {
    expect(withStart(before, change)).toEqual({ ...before, ...change, ...after });
  });

  it("and times that were offered keep the zone", () => {
    const offered = { start: "2026-11-25T08:00:00", end: "2026-11-25T09:30:00", allDay: false };
    expect(withTimes(when({ zone: null }), offered)).toMatchObject({
      startDate: "2026-11-25",
      endTime: "09:30",
      zone: null,
    });
  });
});

it.each([
  [{}, true],
  [{ endTime: "18:00" }, true],
  [{ endTime: "17:59" }, false],
  [{ startTime: "" }, false],
  [{ allDay: true, startTime: "" }, true],
  [{ allDay: true, endDate: "2026-11-23" }, false],
])("times with %o are whole: %s", (change, whole) => {
  expect(isWhole({ ...CHOIR.when, ...change })).toBe(whole);
});

describe("two versions", () => {
  const mine = { ...CHOIR, title: "Choir practice", location: "Hall" };
  const theirs = { ...CHOIR, title: "Singing", description: "Bring notes", location: "Hall" };

  it("differ in what is not the same by now, each with the side that changed it", () => {
    expect(differences(CHOIR, mine, theirs)).toEqual([
      { name: "title", side: "mine" },
      { name: "description", side: "theirs" },
    ]);
  });

  it("are merged as chosen", () => {
    const chosen = differences(CHOIR, mine, theirs);
    expect(merged(mine, theirs, chosen)).toEqual({ ...mine, description: "Bring notes" });
    expect(merged(mine, theirs, [{ name: "title", side: "theirs" }])).toEqual({ ...mine, title: "Singing" });
  });
});
