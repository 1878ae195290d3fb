import { describe, expect, it } from "vitest";

import { Problem, Unreachable } from "#/api/problem";

import type { Stored } from "./edit.svelte";
import { Saving, type Wanted } from "./saving.svelte";

type Fields = { name: string; level: number };
const BEGINNING: Stored<Fields> = { values: { name: "Gym", level: 3 }, version: 1 };

/** A store that refuses a version that is not its own, as the server does. */
function store(now: Stored<Fields>) {
  const asked: Wanted<Fields>[] = [];
  return {
    asked,
    read: () => Promise.resolve(now),
    write: async (wanted: Wanted<Fields>) => {
      asked.push(wanted);
      if (wanted.version !== now.version)
        throw new Problem(412, { code: "stale_version", detail: "Too late." });
      now = { values: { ...now.values, ...wanted.changes }, version: now.version + 1 };
      return now;
    },
  };
}

describe("a form that is saved", () => {
  it("sends its changes and goes on from what is stored then", async () => {
    const kept = store(BEGINNING);
    const saving = new Saving(BEGINNING, kept);
    saving.edit.typed.level = 4;
    expect(await saving.save()).toBe(true);
    expect(kept.asked.map(({ changes, version }) => [changes, version])).toEqual([[{ level: 4 }, 1]]);
    expect([saving.edit.version, saving.edit.isTouched]).toEqual([2, false]);
  });

  it("is saved over a newer version that changed something else", async () => {
    const saving = new Saving(BEGINNING, store({ values: { name: "Sport", level: 3 }, version: 5 }));
    saving.edit.typed.level = 4;
    expect(await saving.save()).toBe(true);
    expect([saving.edit.typed, saving.edit.version]).toEqual([{ name: "Sport", level: 4 }, 6]);
  });

  it("waits for a choice where both changed the same, and overwrites nothing", async () => {
    const kept = store({ values: { name: "Gym", level: 5 }, version: 2 });
    const saving = new Saving(BEGINNING, kept);
    saving.edit.typed.level = 4;
    expect(await saving.save()).toBe(false);
    expect([saving.edit.met?.values.level, saving.edit.typed.level]).toEqual([5, 4]);
    expect([saving.submission.failure, kept.asked.length]).toEqual([null, 1]);
    saving.edit.keepMine();
    expect(await saving.save()).toBe(true);
    expect((await kept.read()).values.level).toBe(4);
  });

  it("keeps what is typed while it is on its way", async () => {
    const saving = new Saving(BEGINNING, store(BEGINNING));
    saving.edit.typed.level = 4;
    const saved = saving.save();
    saving.edit.typed.name = "Sport";
    await saved;
    expect([saving.edit.typed, saving.edit.changes]).toEqual([
      { name: "Sport", level: 4 },
      { name: "Sport" },
    ]);
  });

  it("asks nothing where nothing was typed", async () => {
    const kept = store(BEGINNING);
    expect(await new Saving(BEGINNING, kept).save()).toBe(true);
    expect(kept.asked).toEqual([]);
  });
});

describe("a change whose answer was lost", () => {
  /** A store that takes the first change without an answer, and knows it again by its key. */
  function deaf() {
    const kept = store(BEGINNING);
    const answers = new Map<string, Stored<Fields>>();
    const sent: Wanted<Fields>[] = [];
    return {
      sent,
      read: kept.read,
      write: async (wanted: Wanted<Fields>) => {
        sent.push(wanted);
        const key = wanted.once["Idempotency-Key"];
        const before = answers.get(key);
        if (before) return before;
        answers.set(key, await kept.write(wanted));
        if (sent.length === 1) throw new Unreachable("Nobody answers.");
        return kept.read();
      },
    };
  }

  it("goes out again as it was, and loses no race against itself", async () => {
    const kept = deaf();
    const saving = new Saving(BEGINNING, kept);
    saving.edit.typed.level = 4;
    expect([await saving.save(), await saving.save()]).toEqual([false, true]);
    expect([kept.sent[1], saving.edit.met, saving.edit.version]).toEqual([kept.sent[0], null, 2]);
  });

  it("is followed by what was typed since", async () => {
    const kept = deaf();
    const saving = new Saving(BEGINNING, kept);
    saving.edit.typed.level = 4;
    await saving.save();
    saving.edit.typed.level = 5;
    saving.edit.typed.name = "Sport";
    expect(await saving.save()).toBe(true);
    expect(kept.sent.map(({ changes, version }) => [changes, version])).toEqual([
      [{ level: 4 }, 1],
      [{ level: 4 }, 1],
      [{ name: "Sport", level: 5 }, 2],
    ]);
    expect(kept.sent[2]?.once).not.toEqual(kept.sent[0]?.once);
    expect([saving.edit.typed, saving.edit.isTouched]).toEqual([{ name: "Sport", level: 5 }, false]);
  });

  it("and cannot be had is read anew", async () => {
    const kept = store(BEGINNING);
    const done = async (wanted: Wanted<Fields>): Promise<never> => {
      await kept.write(wanted);
      throw new Problem(409, { code: "already_done", detail: "Done." });
    };
    const saving = new Saving(BEGINNING, { read: kept.read, write: done });
    saving.edit.typed.level = 4;
    expect(await saving.save()).toBe(true);
    expect([saving.edit.typed.level, saving.edit.version]).toEqual([4, 2]);
  });

  it("that was refused in the end makes way for what was put right", async () => {
    const kept = store(BEGINNING);
    const answers: Error[] = [new Unreachable("Nobody answers."), new Problem(400, { code: "invalid" })];
    const write = (wanted: Wanted<Fields>) => {
      const answer = answers.shift();
      return answer ? Promise.reject(answer) : kept.write(wanted);
    };
    const saving = new Saving(BEGINNING, { read: kept.read, write });
    saving.edit.typed.level = 9;
    await saving.save();
    saving.edit.typed.level = 5;
    expect(await saving.save()).toBe(true);
    expect(saving.edit.typed.level).toBe(5);
  });
});
