import { describe, expect, it, vi } from "vitest";

import { type Change, renew } from "./renewal";
import { bytesOf } from "./subscribing";

const KEY = "BAEC_-8";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";

function made(endpoint: string) {
  return { endpoint, toJSON: () => ({ endpoint, keys: { p256dh: "p", auth: "a" } }) };
}

function server(known: Record<string, unknown>) {
  return vi.fn(async (address: string, init?: RequestInit) => {
    if (init?.method === "POST") return new Response("{}", { status: 201 });
    return new Response(JSON.stringify(known[address] ?? {}), { status: address in known ? 200 : 401 });
  });
}

const SIGNED_IN = { "/api/v1/auth/session": { csrf_token: "token" }, "/api/v1/push/key": { key: KEY } };

async function renewed(change: Change, known: Record<string, unknown>, current: string | null = null) {
  const send = server(known);
  const pushManager = {
    subscribe: vi.fn(async () => made("https://push.example/made")),
    getSubscription: vi.fn(async () => (current === null ? null : made(current))),
  };
  const around = { pushManager, send, userAgent: FIREFOX };
  await renew(change, around as unknown as Parameters<typeof renew>[1]);
  const post = send.mock.calls.find(([, init]) => init?.method === "POST")?.[1];
  return { pushManager, post, body: JSON.parse((post?.body as string | undefined) ?? "null") as unknown };
}

describe("a subscription that changes", () => {
  it("is made anew with the server's key, and takes the place of the one before", async () => {
    const change = { oldSubscription: made("https://push.example/old"), newSubscription: null };
    const { pushManager, post, body } = await renewed(change, SIGNED_IN);
    expect(pushManager.subscribe).toHaveBeenCalledWith({
      userVisibleOnly: true,
      applicationServerKey: bytesOf(KEY),
    });
    expect(post?.headers).toMatchObject({ "X-CSRF-Token": "token" });
    expect(body).toEqual({
      endpoint: "https://push.example/made",
      keys: { p256dh: "p", auth: "a" },
      device: "Firefox, Linux",
      replaces: "https://push.example/old",
    });
  });

  it.each([
    ["the browser gives", { newSubscription: made("https://push.example/new") }, null],
    ["is there already", {}, "https://push.example/new"],
  ])("is the one that %s", async (_, change, current) => {
    const { pushManager, body } = await renewed(change as unknown as Change, SIGNED_IN, current);
    expect(pushManager.subscribe).not.toHaveBeenCalled();
    expect(body).toMatchObject({ endpoint: "https://push.example/new", replaces: null });
  });

  it.each([
    ["nobody is signed in", { "/api/v1/push/key": { key: KEY } }],
    ["the server sends none", { "/api/v1/auth/session": { csrf_token: "token" } }],
  ])("is let go where %s", async (_, known) => {
    const { pushManager, post } = await renewed({}, known);
    expect(pushManager.subscribe).not.toHaveBeenCalled();
    expect(post).toBeUndefined();
  });
});
