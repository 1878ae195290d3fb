import { expect, it } from "vitest";

import { randomUuid } from "./uuid";

it("makes a UUID like those of the browser, and never the same", () => {
  const made = Array.from({ length: 100 }, randomUuid);
  for (const each of made)
    expect(each).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(made).size).toBe(100);
});
