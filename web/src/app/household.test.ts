import { describe, expect, it } from "vitest";

import type { Api } from "#/api/client";
import type { ActorView } from "#/api/schema";

import { Household } from "./household.svelte";

const actor = { member_id: "ana", zone: "Europe/Berlin", permission: "owner" } as ActorView;

function household(): { asked: string[]; home: Household } {
  const asked: string[] = [];
  const api = {
    GET: async (path: string) => {
      asked.push(path.replace("/api/v1/", ""));
      return { data: { items: [], next: null }, response: new Response() };
    },
  } as unknown as Api;
  return { asked, home: new Household(api, actor) };
}

describe("a household that changes", () => {
  it.each([
    [["workspace"], ["workspace"]],
    [["category", "constraint"], ["categories"]],
    [["member"], ["calendars", "members", "members/{member_id}/preferences"]],
    [["reservation", "task"], []],
  ])("reads for %j again %j", async (kinds, again) => {
    const { asked, home } = household();
    await home.reload(kinds);
    expect(asked.sort()).toEqual(again);
  });

  it("reads everything after a gap", async () => {
    const { asked, home } = household();
    await home.reload(["everything"]);
    expect(asked).toHaveLength(6);
  });
});
