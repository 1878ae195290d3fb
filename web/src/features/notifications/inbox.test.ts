import { describe, expect, it, vi } from "vitest";

import type { Api } from "#/api/client";
import type { NotificationShown } from "#/api/schema";

import { addressOf, Inbox } from "./inbox.svelte";
import { Unread } from "./unread.svelte";

const EVENT = "01a1fcb0-52e7-7410-845e-3d6526748425";
const SET = "01a1fcb0-52e7-7410-845e-3d6526748426";
const NOTHING = { event_id: null, occurrence: null, reminder_id: null, change_set_id: null, call_id: null };

function told(more: Partial<NotificationShown>): NotificationShown {
  return { id: "1", ...NOTHING, ...more } as NotificationShown;
}

function answer(data: unknown) {
  return { data, response: new Response() };
}

describe("where a notification leads", () => {
  it.each([
    [{ event_id: EVENT }, `/calendar?event=${EVENT}`],
    [
      { event_id: EVENT, occurrence: "2026-11-24T09:00:00", reminder_id: SET },
      `/calendar?event=${EVENT}&occurrence=2026-11-24T09%3A00%3A00`,
    ],
    [{ event_id: EVENT, change_set_id: SET }, `/calendar?event=${EVENT}`],
    [{ name: "event.cancelled", event_id: EVENT, change_set_id: SET }, `/history/${SET}`],
    [{ change_set_id: SET }, `/history/${SET}`],
    [{ call_id: SET }, `/calls/${SET}`],
    [{ reminder_id: SET }, `/reminders/${SET}`],
    [{}, undefined],
  ])("of %j is %s", (more, address) => {
    expect(addressOf(told(more))).toBe(address);
  });
});

describe("reading", () => {
  it("of all goes up to the newest that is shown", async () => {
    const POST = vi.fn(async () => answer({ unread: 0 }));
    const GET = vi.fn(async () => answer({ items: [told({ id: "9" }), told({ id: "8" })], next: null }));
    const inbox = new Inbox({ GET, POST } as unknown as Api, () => false);
    await inbox.pages.refresh();
    await inbox.markAll();
    expect(POST).toHaveBeenCalledWith("/api/v1/notifications/read", { body: { up_to: "9" } });
  });

  it.each([
    [0, ""],
    [7, "7"],
    [100, "99+"],
  ])("leaves %i, said as %j", async (count, text) => {
    const unread = new Unread({ GET: async () => answer({ unread: count }) } as unknown as Api);
    await unread.refresh();
    expect(unread.text).toBe(text);
  });

  it("is counted again where something was told, and only then", async () => {
    const GET = vi.fn(async () => answer({ unread: 1 }));
    const unread = new Unread({ GET } as unknown as Api);
    unread.heed({ calendar: "1", number: 2 });
    unread.heed({ kinds: ["member"] });
    expect(GET).not.toHaveBeenCalled();
    unread.heed({ kinds: ["notification"] });
    unread.heed({ kinds: ["everything"] });
    expect(GET).toHaveBeenCalledTimes(2);
  });
});
