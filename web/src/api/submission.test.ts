import { describe, expect, it, vi } from "vitest";

import { Problem, Unreachable } from "./problem";
import { type Once, Submission } from "./submission.svelte";

/** Collects the keys that a form was sent with; each try ends as the list says. */
function tries(...ends: (Error | string)[]) {
  const keys: string[] = [];
  const work = async (once: Once): Promise<string> => {
    keys.push(once["Idempotency-Key"]);
    const end = ends.shift() ?? "stored";
    if (end instanceof Error) throw end;
    return end;
  };
  return { keys, work };
}

const SILENCE = new Unreachable("Nobody answers.");
const REFUSAL = new Problem(400, { code: "invalid", field: "title", issue: "It is empty." });
const FAILURE = new Problem(500, { code: "internal" });

describe("a form that is sent", () => {
  it("is sent once however often it is submitted", async () => {
    const submission = new Submission();
    const work = vi.fn(async () => "stored");
    expect(await Promise.all([submission.send(work), submission.send(work)])).toEqual(["stored", undefined]);
    expect(work).toHaveBeenCalledTimes(1);
    expect(submission.pending).toBe(false);
  });

  it.each([
    ["has its key again after silence", SILENCE, true],
    ["has its key again after a failure of the server", FAILURE, true],
    ["has another key after a refusal, since it is corrected", REFUSAL, false],
    ["has another key after it was stored", "stored", false],
  ])("%s", async (_, end, same) => {
    const submission = new Submission();
    const { keys, work } = tries(end);
    await submission.send(work);
    await submission.send(work);
    expect(keys[0] === keys[1]).toBe(same);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("tells what is wrong with which field until that is changed", async () => {
    const submission = new Submission();
    expect(await submission.send(tries(REFUSAL).work)).toBeUndefined();
    expect(submission.issue("title")).toBe("It is empty.");
    expect(submission.issue("start")).toBeUndefined();
    submission.clear();
    expect(submission.issue("title")).toBeUndefined();
  });

  it("hides no mistake of ours", async () => {
    const submission = new Submission();
    await expect(submission.send(tries(new TypeError("a bug")).work)).rejects.toThrow("a bug");
    expect(submission.pending).toBe(false);
  });
});
