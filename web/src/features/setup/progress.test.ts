// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";

import { Progress } from "./progress.svelte";

describe("the progress of a set-up", () => {
  beforeEach(() => localStorage.clear());

  it("goes on where it was interrupted", async () => {
    const progress = new Progress();
    progress.typed.place = "The Silvas";
    await progress.found(async () => "ana");
    progress.go("people");
    const later = new Progress();
    expect([later.founder, later.step, later.typed.place]).toEqual(["ana", "people", "The Silvas"]);
  });

  it("keeps what was typed before there is an account, at the first step", () => {
    const progress = new Progress();
    progress.typed.username = "ana";
    progress.keep();
    const later = new Progress();
    expect([later.founder, later.step, later.typed.username]).toEqual([null, "you", "ana"]);
  });

  it("is where it was when no account could be made", async () => {
    const progress = new Progress();
    await expect(progress.found(() => Promise.reject(new Error("taken")))).rejects.toThrow("taken");
    expect([progress.founder, progress.step, progress.founding]).toEqual([null, "you", false]);
  });

  it("forgets everything when it is done", async () => {
    const progress = new Progress();
    await progress.found(async () => "ana");
    progress.finish();
    expect([progress.founder, localStorage.length]).toEqual([null, 0]);
  });

  it.each(["nonsense", '{"step":"elsewhere"}', "[]", "7"])("begins anew where %s was kept", (kept) => {
    localStorage.setItem("kalends.setup", kept);
    expect([new Progress().step, new Progress().founder]).toEqual(["you", null]);
  });
});
