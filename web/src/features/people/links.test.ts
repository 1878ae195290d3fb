import { describe, expect, it } from "vitest";

import { linkWith, tokenIn } from "./links";

describe("links with a secret", () => {
  it("keep it behind the mark that browsers do not send", () => {
    const link = new URL(linkWith("join", "kali_AbC-123_x", "https://home.example"));
    expect([link.pathname, link.search]).toEqual(["/join", ""]);
    expect(tokenIn(link.hash)).toBe("kali_AbC-123_x");
  });

  it.each(["", "#", "#short", "#has space in it", "#<script>alert(1)</script>"])("%j holds none", (hash) => {
    expect(tokenIn(hash)).toBeNull();
  });
});
