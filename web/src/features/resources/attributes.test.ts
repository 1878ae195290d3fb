import { describe, expect, it } from "vitest";

import { attributesOf, linesOf, packed, twice } from "./attributes";

describe("the attributes of a thing", () => {
  it("come back as they are, whatever they are", () => {
    const attributes = { seats: 5, electric: true, smoking: false, plate: "B-KA 1", "top speed": 0.5 };
    expect(attributesOf(packed(attributes))).toEqual(attributes);
    expect(linesOf(packed(attributes)).map(({ kind }) => kind)).toEqual([
      "number",
      "yes_no",
      "yes_no",
      "text",
      "number",
    ]);
  });

  it("are not said by a line without a name", () => {
    expect(attributesOf(JSON.stringify([{ name: "  ", kind: "text", value: "x" }]))).toEqual({});
  });

  it("have each name once", () => {
    const lines = linesOf(packed({ seats: 5, doors: 4 }));
    expect(twice([...lines, { name: " seats ", kind: "text", value: "" }])).toEqual(new Set(["seats"]));
  });
});
