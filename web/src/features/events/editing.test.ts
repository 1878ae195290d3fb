import { describe, expect, it } from "vitest";

import { Editing } from "./editing.svelte";
import { type Answer, CHOIR, fakeApp, HOUSEHOLD, NOTHING, shown } from "./fakes";
import { every } from "./repeat";
import { partOf } from "./stored";

const TIMES = { start: "2026-11-24T18:00:00", end: "2026-11-24T19:00:00", allDay: false };
const SERIES = { ...CHOIR, repeats: true, recurrence_key: "2026-12-01T18:00:00" };

function making(...answers: Answer[]) {
  const fake = fakeApp(...answers);
  return { ...fake, editing: new Editing(fake.app, HOUSEHOLD, { kind: "new", times: TIMES }) };
}

async function changing(stored = shown(), ...answers: Answer[]) {
  const fake = fakeApp({ body: stored }, ...answers);
  const occurrence = stored.repeats ? SERIES : CHOIR;
  const editing = new Editing(fake.app, HOUSEHOLD, { kind: "event", occurrence });
  await editing.load();
  fake.sent.length = 0;
  return { ...fake, editing };
}

describe("a new event", () => {
  it("goes into one's own calendar, under a name that makes it the same when sent again", async () => {
    const { editing, sent } = making({ status: 503, body: {} }, { body: NOTHING });
    editing.change({ title: "Choir" });
    await editing.save();
    await editing.save();
    expect(sent[0]?.body).toMatchObject({ title: "Choir", calendar_id: "calendar-1" });
    expect(sent[1]?.body["uid"]).toBe(sent[0]?.body["uid"]);
    expect(sent[1]?.header).toEqual(sent[0]?.header);
  });

  it("that was stored before, though its answer was lost, is found; what was typed since is kept", async () => {
    const taken = { status: 409, body: { code: "uid_taken", detail: "There." } };
    const { editing, sent, app } = making(taken);
    const stored = { ...shown() };
    app.api.GET = (async (path: string) => {
      const uid = sent[0]?.body["uid"] as string;
      const data = path === "/api/v1/events" ? { items: [{ ...CHOIR, uid }] } : { ...stored, uid };
      return { data, response: new Response() };
    }) as typeof app.api.GET;
    editing.change({ title: "Choir practice" });
    await editing.save();
    expect(editing.race?.chosen).toContainEqual({ name: "title", side: "mine" });
    expect([editing.stored?.event.id, editing.form.title]).toEqual(["choir", "Choir practice"]);
  });
});

describe("a stored event", () => {
  it("is sent only what was changed, over the version that was read", async () => {
    const { editing, sent } = await changing(shown(), { body: NOTHING });
    editing.change({ title: "Singing" });
    await editing.save();
    expect(sent[0]).toMatchObject({ query: {}, header: { "If-Match": '"1"' }, body: { title: "Singing" } });
  });

  it("of a series is changed alone, unless more is wanted", async () => {
    const { editing, sent } = await changing(shown({ repeats: true, rules: ["FREQ=WEEKLY"] }), {
      body: NOTHING,
    });
    expect(editing.form.when.startDate).toBe("2026-12-01");
    editing.change({ title: "Singing" });
    await editing.save();
    expect(sent[0]?.query).toMatchObject({ occurrence: SERIES.recurrence_key, scope: "single" });
  });

  it("of a series can be moved to another calendar, or repeat otherwise, only with others", async () => {
    const { editing } = await changing(shown({ repeats: true, rules: ["FREQ=WEEKLY"] }));
    editing.change({ repeat: every("daily") });
    expect([editing.scopes, editing.scope]).toEqual([["future", "all"], "future"]);
    editing.change({ calendar: "calendar-2" });
    expect([editing.scopes, editing.scope]).toEqual([["all"], "all"]);
  });

  it("that breaks a hard rule names it, and is saved anyway where that is wanted", async () => {
    const broken = { status: 409, body: { code: "constraint_broken", broken: [{ words: "Quiet" }] } };
    const { editing, sent } = await changing(shown(), broken, { body: NOTHING });
    editing.change({ title: "Singing" });
    expect(await editing.save()).toBeUndefined();
    expect(editing.broken).toEqual(["Quiet"]);
    expect(await editing.save({ force: true })).toEqual(NOTHING);
    expect(sent[1]?.query).toMatchObject({ force: true });
  });

  it("that somebody changed meanwhile is saved as chosen, over their version", async () => {
    const theirs = shown({ title: "Concert", location: "Hall", version: 2 });
    const stale = { status: 412, body: { code: "stale_version" } };
    const { editing, sent } = await changing(shown(), stale, { body: theirs }, { body: NOTHING });
    editing.change({ title: "Singing" });
    expect(await editing.save()).toBeUndefined();
    expect(editing.race?.chosen).toEqual([
      { name: "title", side: "mine" },
      { name: "location", side: "theirs" },
    ]);
    await editing.save();
    expect(sent.at(-1)).toMatchObject({ header: { "If-Match": '"2"' }, body: { title: "Singing" } });
    expect(editing.form.location).toBe("Hall");
  });

  it("follows what others do while nothing is typed, and keeps what is", async () => {
    const answers = [
      { body: shown({ title: "Two", version: 2 }) },
      { body: shown({ title: "Three", version: 3 }) },
    ];
    const { editing } = await changing(shown(), ...answers);
    await editing.load();
    expect([editing.form.title, editing.race]).toEqual(["Two", null]);
    editing.change({ title: "Mine" });
    await editing.load();
    expect([editing.form.title, editing.race?.theirs.form.title]).toEqual(["Mine", "Three"]);
    editing.choose("title", "theirs");
    expect(editing.race?.chosen).toEqual([{ name: "title", side: "theirs" }]);
    editing.change({ title: "Mine after all" });
    expect(editing.race?.chosen).toEqual([{ name: "title", side: "mine" }]);
  });

  it("whose change lost its answer is sent that again, and meets no version of its own", async () => {
    const mine = { body: shown({ title: "Singing", version: 2 }) };
    const { editing, sent } = await changing(shown(), { silent: true }, mine, { body: NOTHING });
    editing.change({ title: "Singing" });
    expect(await editing.save()).toBeUndefined();
    await editing.load(); // the news of it came all the same
    expect([editing.race, editing.submission.failure, editing.dirty]).toEqual([null, null, false]);
    expect(await editing.save()).toEqual(NOTHING);
    expect(sent.at(-1)).toEqual(sent[0]);
  });

  it("whose change lost its answer is then sent what was typed since", async () => {
    const mine = { body: shown({ title: "Singing", version: 2 }) };
    const { editing, sent } = await changing(shown(), { silent: true }, { body: NOTHING }, mine, {
      body: NOTHING,
    });
    editing.change({ title: "Singing" });
    await editing.save();
    editing.change({ title: "Singing", location: "Hall" });
    expect(await editing.save()).toEqual(NOTHING);
    const patches = sent.filter(({ method }) => method === "PATCH");
    expect(patches.map(({ header, body }) => [header["If-Match"], body])).toEqual([
      ['"1"', { title: "Singing" }],
      ['"1"', { title: "Singing" }],
      ['"2"', { location: "Hall" }],
    ]);
    expect(patches[1]?.header).toEqual(patches[0]?.header);
    expect(patches[2]?.header["Idempotency-Key"]).not.toBe(patches[0]?.header["Idempotency-Key"]);
  });

  it("whose change was stored without an answer that could be kept is read again", async () => {
    const done = { status: 409, body: { code: "already_done" } };
    const mine = { body: shown({ title: "Singing", version: 2 }) };
    const { editing } = await changing(shown(), { silent: true }, done, mine);
    editing.change({ title: "Singing" });
    await editing.save();
    expect(await editing.save()).toBeUndefined();
    expect([editing.dirty, editing.race, editing.submission.failure]).toEqual([false, null, null]);
  });

  it("that is gone says so", async () => {
    const { editing } = await changing(shown(), { status: 404, body: { code: "not_found" } });
    await editing.load();
    expect(editing.gone).toBe(true);
  });

  it("is deleted with what takes that back", async () => {
    const { editing, sent } = await changing(shown({ repeats: true, rules: ["FREQ=WEEKLY"] }), {});
    editing.wanted = "all";
    expect(await editing.remove()).toBe("set-1");
    expect(sent[0]).toMatchObject({
      method: "DELETE",
      query: { scope: "all" },
      header: { "If-Match": '"1"' },
    });
  });

  it("tells what is wrong with a part of a field beside that field", async () => {
    const body = { code: "invalid", errors: [{ field: "participants.0.member_id", issue: "is nobody" }] };
    const { editing } = await changing(shown(), { status: 400, body });
    editing.change({ title: "Singing" });
    await editing.save();
    expect([editing.issue("participants"), editing.issue("title")]).toEqual(["is nobody", undefined]);
  });
});

describe("an occurrence of a series", () => {
  const series = shown({ repeats: true, rules: ["FREQ=WEEKLY"] });

  it.each([
    ["starts as its name says", series, SERIES, "2026-12-01T18:00:00+01:00"],
    [
      "in summer keeps its wall time",
      series,
      { ...SERIES, recurrence_key: "2027-06-01T18:00:00" },
      "2027-06-01T18:00:00+02:00",
    ],
    [
      "all day is a date",
      { ...series, all_day: true, start: "2026-11-24", end: "2026-11-25" },
      { ...SERIES, recurrence_key: "2026-12-01" },
      "2026-12-01",
    ],
    [
      "floating has no offset",
      { ...series, floating: true, zone: null, start: "2026-11-24T18:00:00", end: "2026-11-24T19:00:00" },
      SERIES,
      "2026-12-01T18:00:00",
    ],
    [
      "that was changed is where it was put",
      { ...series, overrides: [{ ...series, ...SERIES, start: "2026-12-02T10:00:00+01:00" }] },
      SERIES,
      "2026-12-02T10:00:00+01:00",
    ],
  ])("%s", (_, event, occurrence, start) => {
    expect(partOf(event as typeof series, occurrence).start).toBe(start);
  });
});
