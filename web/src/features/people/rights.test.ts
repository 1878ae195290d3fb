import { describe, expect, it } from "vitest";

import { permissionsFor, rightsOver } from "./rights";

const SIGNS_IN = { id: "ben", signs_in: true };
const CHILD = { id: "clara", signs_in: false };

describe("what somebody may do about a member", () => {
  it.each([
    ["an owner about one who signs in", SIGNS_IN, "anna", "owner", "edit govern reset remove"],
    ["an owner about one who does not", CHILD, "anna", "owner", "edit govern invite export remove"],
    ["an owner about themselves", SIGNS_IN, "ben", "owner", "edit govern export remove"],
    ["an editor about themselves", SIGNS_IN, "ben", "editor", "edit export remove"],
    ["a viewer about themselves", SIGNS_IN, "ben", "viewer", "edit export remove"],
    ["an editor about others", CHILD, "ben", "editor", ""],
  ] as const)("%s", (_, member, actor, permission, expected) => {
    const rights = rightsOver(member, { member_id: actor, permission });
    const held = Object.entries(rights).filter(([, may]) => may);
    expect(held.map(([name]) => name).join(" ")).toBe(expected);
  });

  it("never makes an owner of who cannot sign in", () => {
    expect(permissionsFor(SIGNS_IN)).toContain("owner");
    expect(permissionsFor(CHILD)).not.toContain("owner");
  });
});
