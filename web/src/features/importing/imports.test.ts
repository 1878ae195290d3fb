import { describe, expect, it } from "vitest";

import type { App } from "#/app/app.svelte";

import { Imports } from "./imports.svelte";

const file = (name: string) => new File(["BEGIN:VCALENDAR"], name);

describe("several files", () => {
  it("come one after the other", () => {
    const imports = new Imports({} as App);
    imports.give([file("one.ics"), file("two.ics")]);
    imports.give([file("three.ics")]);
    const seen = [];
    for (; imports.current; imports.next()) seen.push([imports.current.file.name, imports.waiting.length]);
    expect(seen).toEqual([
      ["one.ics", 2],
      ["two.ics", 1],
      ["three.ics", 0],
    ]);
  });

  it("are all let go at once", () => {
    const imports = new Imports({} as App);
    imports.give([file("one.ics"), file("two.ics")]);
    imports.close();
    expect([imports.current, imports.waiting]).toEqual([null, []]);
  });

  it("are not stored before they were looked at", async () => {
    const imports = new Imports({} as App);
    imports.give([file("one.ics")]);
    await imports.current?.store();
    expect(imports.current?.stage).toBe("choosing");
  });
});
