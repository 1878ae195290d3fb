import { describe, expect, it } from "vitest";

import type { Occurrence } from "#/api/schema";

import {
  allDayOn,
  type Block,
  type Change,
  datesOfChanges,
  daysAround,
  daysFrom,
  hoursOf,
  piecesOf,
  sceneOf,
} from "./week-picture";

const ZONE = "Europe/Berlin";
const TUESDAY = "2026-11-24";

function block(start: string, end: string, more: Partial<Block> = {}): Block {
  return {
    title: start,
    times: { start, end, allDay: start.length === 10 },
    emphasis: "still",
    color: "",
    ...more,
  };
}

function timed(from: string, to: string, more: Partial<Block> = {}): Block {
  return block(`${TUESDAY}T${from}:00`, `${TUESDAY}T${to}:00`, more);
}

function occurrence(id: string, start: string, end: string, recurrence_key = ""): Occurrence {
  const all_day = start.length === 10;
  return {
    id,
    title: id,
    start,
    end,
    all_day,
    floating: false,
    recurrence_key,
    status: "confirmed",
  } as Occurrence;
}

function moved(
  event_id: string,
  before: [string, string],
  after: [string, string] | null,
  key?: string,
): Change {
  const moment = ([start, end]: [string, string]) => ({ title: event_id, start, end });
  return { event_id, recurrence_key: key ?? null, before: moment(before), after: after && moment(after) };
}

function scene(occurrences: Occurrence[], changes: Change[]) {
  const drawn = sceneOf({
    occurrences,
    changes,
    dates: daysFrom("2026-11-23", []),
    zone: ZONE,
    color: () => "",
  });
  const told = ({ title, times, emphasis }: Block) => `${title} ${times.start.slice(5, 16)} ${emphasis}`;
  return { before: drawn.before.map(told), after: drawn.after.map(told) };
}

describe("the days of a picture", () => {
  it.each([
    ["within a week are that week", ["2026-11-24", "2026-11-26"], "2026-11-23", 7],
    ["over a Sunday begin with the first", ["2026-11-28", "2026-11-30"], "2026-11-28", 7],
    ["far apart are themselves", ["2026-11-24", "2026-12-08"], "2026-11-24", 2],
    ["none are none", [], undefined, 0],
  ])("%s", (_, dates, first, count) => {
    const days = daysAround(dates, 1);
    expect([days[0]?.date, days.length]).toEqual([first, count]);
  });

  it("are wide where something changes, unless most do", () => {
    const wide = (dates: string[]) => daysFrom("2026-11-23", dates).filter((each) => each.wide).length;
    expect([wide([TUESDAY]), wide([TUESDAY, "2026-11-25", "2026-11-26", "2026-11-27"])]).toEqual([1, 0]);
  });

  it("are those before and after, on the viewer's clock", () => {
    const change = moved(
      "gym",
      ["2026-11-24T22:30:00Z", "2026-11-24T23:30:00Z"],
      ["2026-11-27", "2026-11-28"],
    );
    expect(datesOfChanges([change], ZONE)).toEqual(["2026-11-24", "2026-11-25", "2026-11-27"]);
  });
});

describe("the pieces of a day", () => {
  it.each([
    ["apart", [timed("09:00", "10:00"), timed("10:00", "11:00")], ["0/1", "0/1"]],
    ["two at once", [timed("09:00", "10:00"), timed("09:30", "11:00")], ["0/2", "1/2"]],
    [
      "a lane that is free again",
      [timed("09:00", "12:00"), timed("09:00", "10:00"), timed("10:00", "11:00")],
      ["0/2", "1/2", "1/2"],
    ],
    [
      "three at once",
      [timed("09:00", "10:00"), timed("09:00", "10:00"), timed("09:30", "10:00")],
      ["0/3", "1/3", "2/3"],
    ],
  ])("%s", (_, blocks, lanes) => {
    expect(piecesOf(blocks, TUESDAY).map(({ lane, lanes }) => `${lane}/${lanes}`)).toEqual(lanes);
  });

  it("end with the day, and begin with it", () => {
    const night = block("2026-11-23T22:00:00", "2026-11-24T06:00:00");
    const times = (date: string) => piecesOf([night], date).map(({ from, to }) => [from, to]);
    expect([times("2026-11-23"), times(TUESDAY), times("2026-11-25")]).toEqual([
      [[1320, 1440]],
      [[0, 360]],
      [],
    ]);
  });

  it("leave room for nothing where something was", () => {
    const pieces = piecesOf(
      [timed("09:00", "10:00"), timed("09:00", "10:00", { emphasis: "trace" })],
      TUESDAY,
    );
    expect(pieces.map(({ block, lanes }) => [block.emphasis, lanes])).toEqual([
      ["trace", 1],
      ["still", 1],
    ]);
  });

  it("are long enough to be seen", () => {
    expect(
      piecesOf([timed("09:00", "09:01"), timed("23:59", "23:59")], TUESDAY).map(({ from, to }) => to - from),
    ).toEqual([15, 15]);
  });

  it("leave out what lasts all day", () => {
    const trip = block("2026-11-23", "2026-11-25");
    expect(piecesOf([trip], TUESDAY)).toEqual([]);
    expect(["2026-11-22", "2026-11-24", "2026-11-25"].map((date) => allDayOn([trip], date).length)).toEqual([
      0, 1, 0,
    ]);
  });
});

describe("the hours of a picture", () => {
  const days = daysFrom("2026-11-23", []);
  it.each([
    ["of nothing", [], 8, 18],
    ["are whole", [timed("07:30", "16:15")], 7, 17],
    ["are six at least", [timed("09:00", "10:00")], 6, 12],
    ["end at midnight", [timed("23:00", "23:30")], 20, 24],
    ["begin at midnight", [timed("00:30", "01:00")], 0, 6],
  ])("%s", (_, blocks, from, to) => {
    expect(hoursOf(blocks, days)).toEqual({ from, to });
  });
});

describe("a scene", () => {
  const gym = occurrence("gym", "2026-11-24T09:00:00+01:00", "2026-11-24T10:00:00+01:00");
  const nine: [string, string] = [gym.start, gym.end];
  const ten: [string, string] = ["2026-11-24T10:00:00+01:00", "2026-11-24T11:00:00+01:00"];

  it("shows what moves, where it was, and what keeps still", () => {
    const dentist = occurrence("dentist", ...nine);
    expect(scene([gym, dentist], [moved("gym", nine, ten)])).toEqual({
      before: ["gym 11-24T09:00 changed", "dentist 11-24T09:00 still"],
      after: ["gym 11-24T09:00 trace", "gym 11-24T10:00 changed", "dentist 11-24T09:00 still"],
    });
  });

  it.each([
    ["deleted", moved("gym", nine, null)],
    [
      "cancelled",
      {
        ...moved("gym", nine, nine),
        after: { title: "gym", start: nine[0], end: nine[1], status: "cancelled" },
      },
    ],
  ])("shows what is %s as gone", (_, change) => {
    expect(scene([gym], [change]).after).toEqual(["gym 11-24T09:00 gone"]);
  });

  it("shows what is new", () => {
    const made = {
      event_id: "chess",
      recurrence_key: null,
      before: null,
      after: { title: "chess", start: ten[0], end: ten[1] },
    };
    expect(scene([], [made])).toEqual({ before: [], after: ["chess 11-24T10:00 changed"] });
  });

  it("shows what changes in something else at its time", () => {
    expect(scene([gym], [moved("gym", nine, nine)]).after).toEqual(["gym 11-24T09:00 changed"]);
  });

  it("changes one occurrence of a series alone", () => {
    const week = ["2026-11-24", "2026-11-25"].map((date) =>
      occurrence("gym", `${date}T09:00:00+01:00`, `${date}T10:00:00+01:00`, `${date}T09:00:00`),
    );
    expect(scene(week, [moved("gym", nine, ten, "2026-11-24T09:00:00")]).after).toEqual([
      "gym 11-24T09:00 trace",
      "gym 11-24T10:00 changed",
      "gym 11-25T09:00 still",
    ]);
  });

  it("moves each occurrence of a series that changes whole as far as the first", () => {
    const week = ["2026-11-24", "2026-11-25"].map((date) =>
      occurrence("gym", `${date}T09:00:00+01:00`, `${date}T10:00:00+01:00`, `${date}T09:00:00`),
    );
    const { after } = scene(week, [moved("gym", nine, ten)]);
    expect(after.filter((each) => each.endsWith("changed"))).toEqual([
      "gym 11-24T10:00 changed",
      "gym 11-25T10:00 changed",
    ]);
  });

  it("shows what moves though it was not read", () => {
    expect(scene([], [moved("gym", nine, ten)])).toEqual({
      before: ["gym 11-24T09:00 changed"],
      after: ["gym 11-24T09:00 trace", "gym 11-24T10:00 changed"],
    });
  });
});
