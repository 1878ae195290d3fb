import { describe, expect, it } from "vitest";

import { groupOf, mayAdminister, whoSees } from "./sharing";

const OWN = { kind: "personal", owner_member_id: "anna", access: "write" } as const;
const BENS = { kind: "personal", owner_member_id: "ben", access: "write" } as const;
const BENS_BUSY = { ...BENS, access: "free_busy" } as const;
const FAMILY = { kind: "family", owner_member_id: null, access: "write" } as const;
const GARDEN = { kind: "shared", owner_member_id: null, access: "write" } as const;
const READ_ONLY = { ...GARDEN, access: "read" } as const;

describe("a calendar", () => {
  it.each([
    [OWN, "own"],
    [FAMILY, "common"],
    [GARDEN, "common"],
    [BENS, "others"],
  ] as const)("%j is among the %s", (calendar, group) => {
    expect(groupOf(calendar, { member_id: "anna", permission: "owner" })).toBe(group);
  });

  it.each([
    ["its owner", OWN, "editor", true],
    ["a viewer, though it is theirs", OWN, "viewer", false],
    ["an owner of the household who may write", BENS, "owner", true],
    ["an owner of the household who sees it as busy", BENS_BUSY, "owner", false],
    ["an editor, of somebody else's", BENS, "editor", false],
    ["an editor, of the family's", FAMILY, "editor", false],
    ["an owner of the household, of the family's", FAMILY, "owner", true],
    ["who writes in a shared one", GARDEN, "editor", true],
    ["who reads a shared one", READ_ONLY, "editor", false],
  ] as const)("is set up by %s: %j as %s, %s", (_, calendar, permission, expected) => {
    expect(mayAdminister(calendar, { member_id: "anna", permission })).toBe(expected);
  });

  it.each([
    ["personal", "private", "calendars.seen_as_busy"],
    ["shared", "private", "calendars.seen_by_granted"],
    ["personal", "family", "calendars.seen_by_all"],
    ["shared", "public", "calendars.seen_by_public"],
    ["family", "private", "calendars.seen_by_family"],
  ] as const)("%s and %s: %s", (kind, visibility, key) => {
    expect(whoSees(kind, visibility)).toBe(key);
  });
});
