import { describe, expect, it } from "vitest";

import { Query } from "./query.svelte";

/** A read whose answers come when the test says so. */
function reading() {
  const under: { signal: AbortSignal; give: (data: string) => void; fail: (error: Error) => void }[] = [];
  const read = (signal: AbortSignal): Promise<string> =>
    new Promise((give, fail) => under.push({ signal, give, fail }));
  return { under, query: new Query(read) };
}

describe("a query", () => {
  it("counts only the newest of several reads", async () => {
    const { under, query } = reading();
    const [first, second] = [query.refresh(), query.refresh()];
    expect(under[0]?.signal.aborted).toBe(true);
    under[1]?.give("new");
    await second;
    under[0]?.give("old");
    await first;
    expect([query.data, query.loading]).toEqual(["new", false]);
  });

  it("keeps what was read while a later read fails", async () => {
    const { under, query } = reading();
    const first = query.refresh();
    under[0]?.give("known");
    await first;
    const second = query.refresh();
    under[1]?.fail(new Error("no network"));
    await second;
    expect([query.data, query.failure?.message, query.loading]).toEqual(["known", "no network", false]);
  });

  it("forgets a failure once a read succeeds", async () => {
    const { under, query } = reading();
    const first = query.refresh();
    under[0]?.fail(new Error("no network"));
    await first;
    const second = query.refresh();
    under[1]?.give("known");
    await second;
    expect(query.failure).toBeNull();
  });

  it("takes nothing more once nobody looks", async () => {
    const { under, query } = reading();
    const read = query.refresh();
    query.stop();
    under[0]?.give("too late");
    await read;
    expect([query.data, query.loading, under[0]?.signal.aborted]).toEqual([undefined, false, true]);
  });
});
