import { describe, expect, it } from "vitest";

import { Problem } from "#/api/problem";

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
});
