import { describe, expect, it } from "vitest";

import { Edit } from "./edit.svelte";

const BEN = { values: { name: "Ben", role: "parent" }, version: 3 };
const BENJAMIN = { values: { name: "Benjamin", role: "other" }, version: 4 };

describe("an edit", () => {
  it("sends what was changed and no more", () => {
    const edit = new Edit(BEN);
    edit.typed.role = "child";
    expect([edit.version, edit.changes]).toEqual([3, { role: "child" }]);
    edit.typed.role = "parent";
    expect(edit.isTouched).toBe(false);
  });

  it("follows a newer version where nothing was typed", () => {
    const edit = new Edit(BEN);
    edit.follow(BENJAMIN);
    expect([edit.version, edit.typed]).toEqual([4, BENJAMIN.values]);
  });

  it("keeps what was typed when a newer version comes, and its own version with it", () => {
    const edit = new Edit(BEN);
    edit.typed.name = "Benno";
    edit.follow(BENJAMIN);
    expect([edit.version, edit.typed.name]).toEqual([3, "Benno"]);
  });

  it("lays what was typed over the version that it met", () => {
    const edit = new Edit(BEN);
    edit.typed.name = "Benno";
    edit.meet(BENJAMIN);
    edit.keepMine();
    expect([edit.version, edit.typed]).toEqual([4, { name: "Benno", role: "other" }]);
    expect([edit.changes, edit.met]).toEqual([{ name: "Benno" }, null]);
  });

  it("lets go of what was typed for the version that it met", () => {
    const edit = new Edit(BEN);
    edit.typed.name = "Benno";
    edit.meet(BENJAMIN);
    edit.takeTheirs();
    expect([edit.version, edit.typed, edit.isTouched]).toEqual([4, BENJAMIN.values, false]);
  });
});
