import { describe, expect, it } from "vitest";

import { wayIn } from "./ways";

describe("the way in", () => {
  it.each([
    ["/calendar", null, null, "sign-in"],
    ["/calendar", "anna", null, "app"],
    ["/setup", null, null, "setup"],
    ["/setup", "anna", null, "app"],
    ["/calendar", "anna", "anna", "setup"],
    ["/calendar", "ben", "anna", "app"],
    ["/calendar", null, "anna", "sign-in"],
    ["/join", null, null, "join"],
    ["/join", "anna", "anna", "join"],
    ["/reset", "anna", null, "reset"],
  ] as const)("%s with %s signed in, set up by %s, is %s", (path, member, founder, expected) => {
    expect(wayIn({ path, member, founder, founding: false })).toBe(expected);
  });

  it("stays with the set-up while the account is being made", () => {
    expect(wayIn({ path: "/", member: "anna", founder: null, founding: true })).toBe("setup");
  });
});
