import { describe, expect, it } from "vitest";

import { asked, filtersOf, narrows } from "./filters";

const read = (query: string) => filtersOf(new URLSearchParams(query));

describe("the filters of conflicts", () => {
  it.each([
    ["", { ignored: false }],
    ["whose=member:01a1-b", { member: ["01a1-b"], ignored: false }],
    ["whose=resource:01a1-b", { resource: ["01a1-b"], ignored: false }],
    ["kind=time_conflict", { kind: ["time_conflict"], ignored: false }],
    ["least=high", { severity: ["high", "critical"], ignored: false }],
    ["least=low", { severity: ["low", "medium", "high", "critical"], ignored: false }],
    ["ignored=yes", { ignored: true }],
    ["whose=everybody&kind=any&least=nice&ignored=perhaps", { ignored: false }],
  ])("%j asks for %j", (query, parameters) => {
    expect(asked(read(query))).toEqual(parameters);
  });

  it("narrow where they leave something out", () => {
    expect(["", "ignored=yes", "least=medium"].map((query) => narrows(read(query)))).toEqual([
      false,
      false,
      true,
    ]);
  });
});
