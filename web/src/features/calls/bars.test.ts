import { expect, test } from "vitest";

import { tops } from "./bars";

test("bars stand on one another", () => {
  expect(
    tops([
      [1, 2, 0],
      [3, 0, 0],
      [1, 1, 5],
    ]),
  ).toEqual([
    [1, 2, 0],
    [4, 2, 0],
    [5, 3, 5],
  ]);
  expect(tops([])).toEqual([]);
});
