import { describe, expect, it, test } from "vitest";

import { everyPage, Pages } from "./pages.svelte";

/** A list of numbers that is given three at a time; it tells the cursors that it was asked for. */
function server(numbers: number[]) {
  const asked: (string | null)[] = [];
  const read = (cursor: string | null) => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const next = from + 3 < numbers.length ? String(from + 3) : null;
    return Promise.resolve({ items: numbers.slice(from, from + 3), next });
  };
  return { asked, read, pages: new Pages<number>(read, String) };
}

test("a list is read whole", async () => {
  const { asked, read } = server([1, 2, 3, 4, 5, 6, 7]);
  expect(await everyPage(read)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(asked).toEqual([null, "3", "6"]);
});

describe("a list in pages", () => {
  it("has nothing before it was read", () => {
    const { pages } = server([1]);
    expect([pages.items, pages.hasMore]).toEqual([undefined, false]);
  });

  it("grows by one page, and reads only that", async () => {
    const { asked, pages } = server([1, 2, 3, 4, 5, 6, 7]);
    await pages.refresh();
    await pages.more();
    expect(pages.items).toEqual([1, 2, 3, 4, 5, 6]);
    expect(asked).toEqual([null, "3"]);
    expect(pages.hasMore).toBe(true);
  });

  it("stays as long as it was when it is read anew", async () => {
    const numbers = [1, 2, 3, 4, 5, 6, 7];
    const { pages } = server(numbers);
    await pages.refresh();
    await pages.more();
    numbers.shift();
    await pages.refresh();
    expect(pages.items).toEqual([2, 3, 4, 5, 6, 7]);
    expect(pages.hasMore).toBe(false);
  });

  it("ends where there is no more", async () => {
    const { asked, pages } = server([1, 2]);
    await pages.refresh();
    await pages.more();
    expect(asked).toEqual([null]);
  });

  it("begins anew for another list", async () => {
    const { pages } = server([1, 2, 3, 4, 5]);
    await pages.refresh();
    await pages.more();
    await pages.restart();
    expect(pages.items).toEqual([1, 2, 3]);
  });

  it("holds what is on two pages once", async () => {
    const { pages } = server([1, 2, 3, 3, 4]);
    await pages.refresh();
    await pages.more();
    expect(pages.items).toEqual([1, 2, 3, 4]);
  });
});
