// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";

import { FakeCaches } from "./fake-caches";
import { Kept } from "./kept";
import type { SessionView } from "./schema";

const EVENTS = request("/api/v1/events?start=2026-11-16");

function request(path: string): Request {
  return new Request(new URL(path, location.href));
}

function answer(body: unknown, { status = 200, type = "application/json" } = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
}

describe("what is kept of answers", () => {
  let caches: FakeCaches;
  let kept: Kept;

  beforeEach(async () => {
    caches = new FakeCaches();
    kept = new Kept(caches.asCaches());
    await kept.own("anna");
  });

  it("is found again under the same address, with when it was kept", async () => {
    await kept.keep("anna", EVENTS, answer({ items: [1] }));
    const found = await kept.find("anna", EVENTS);
    expect(found?.body).toBe('{"items":[1]}');
    expect(Date.now() - (found?.at ?? 0)).toBeLessThan(5_000);
    expect(await kept.find("anna", request("/api/v1/events?start=2026-11-23"))).toBeUndefined();
  });

  it("is the last answer", async () => {
    for (const each of [1, 2]) await kept.keep("anna", EVENTS, answer(each));
    expect((await kept.find("anna", EVENTS))?.body).toBe("2");
  });

  it.each([
    ["a refusal", "/api/v1/events", answer({}, { status: 404 })],
    ["a failure", "/api/v1/events", answer({}, { status: 500 })],
    ["a session", "/api/v1/auth/session", answer({})],
    ["the sign-ins of an account", "/api/v1/auth/sign-ins", answer([])],
    ["a file", "/api/v1/calendars/1/export", answer("BEGIN", { type: "text/calendar" })],
    ["all that is stored of a member", "/api/v1/members/1/export", answer({})],
  ])("is never %s", async (_, path, given) => {
    await kept.keep("anna", request(path), given);
    expect(await kept.find("anna", request(path))).toBeUndefined();
  });

  it("is bounded: the oldest goes first", async () => {
    for (let week = 0; week <= 150; week++) {
      await kept.keep("anna", request(`/api/v1/events?start=${week}`), answer(week));
    }
    expect(await kept.find("anna", request("/api/v1/events?start=0"))).toBeUndefined();
    expect(await kept.find("anna", request("/api/v1/events?start=1"))).toBeDefined();
  });

  it.each([["ben"], [null]])("is deleted when %s follows", async (next) => {
    await kept.keep("anna", EVENTS, answer(1));
    await kept.own(next);
    expect(await kept.find("anna", EVENTS)).toBeUndefined();
    expect(await caches.keys()).toEqual([]);
  });

  it("does not come back with an answer that was under way when they left", async () => {
    const leaving = kept.own(null);
    await kept.keep("anna", EVENTS, answer(1));
    await leaving;
    expect(await caches.keys()).toEqual([]);
  });

  it("remembers who was signed in, without their token", async () => {
    const view = {
      actor: { member_id: "anna", name: "Anna" },
      csrf_token: "secret",
    } as unknown as SessionView;
    await kept.remember(view);
    const later = new Kept(caches.asCaches());
    expect(await later.remembered()).toMatchObject({ actor: { name: "Anna" }, csrf_token: "" });
    await later.own(null);
    expect(await later.remembered()).toBeUndefined();
  });

  it("is nothing where the browser has no store, or a full one", async () => {
    const full = { open: () => Promise.reject(new Error("full")), keys: async () => [] };
    for (const store of [undefined, full as unknown as CacheStorage]) {
      const none = new Kept(store);
      await none.own("anna");
      await none.keep("anna", EVENTS, answer(1));
      expect(await none.find("anna", EVENTS)).toBeUndefined();
      expect(await none.remembered()).toBeUndefined();
    }
  });
});
