import { describe, expect, it } from "vitest";

import { filtersOf } from "./filters";

const ANNA = "01a1fcb0-52e7-7410-845e-3d6526748425";

describe("the filters of the history", () => {
  it.each([
    ["", { who: null, source: null }],
    [`who=${ANNA}&source=undo`, { who: ANNA, source: "undo" }],
    ["who=anna&source=magic", { who: null, source: null }],
  ])("are read from %j", (query, filters) => {
    expect(filtersOf(new URLSearchParams(query))).toEqual(filters);
  });
});
