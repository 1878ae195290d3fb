// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { taken } from "#/api/client";
import { FakeCaches } from "#/api/fake-caches";
import { Kept } from "#/api/kept";
import { Network } from "#/api/network.svelte";
import { Unreachable } from "#/api/problem";

import { Session } from "./session.svelte";

/** The server's end: who the cookie stands for, and what was asked with which token. */
class Server {
  member: string | null = "anna";
  token = "token-1";
  there = true;
  asked: string[] = [];

  fetch = async (request: Request): Promise<Response> => {
    if (!this.there) throw new TypeError("Nobody is there.");
    const path = new URL(request.url).pathname.replace("/api/v1", "");
    this.asked.push(`${request.method} ${path} ${request.headers.get("X-CSRF-Token") ?? "-"}`);
    if (path === "/auth/session" && request.method === "POST") {
      this.member = ((await request.json()) as { username: string }).username;
      this.token = `token-${Number(this.token.at(-1)) + 1}`;
    }
    if (this.member === null) return answer({ code: "unauthenticated" }, 401);
    if (path === "/auth/session" && request.method === "DELETE") return new Response(null, { status: 204 });
    if (path === "/auth/session") {
      return answer({ actor: { member_id: this.member }, csrf_token: this.token });
    }
    if (request.method === "POST" && request.headers.get("X-CSRF-Token") !== this.token) {
      return answer({ code: "csrf_refused" }, 403);
    }
    return answer({ items: [] });
  };
}

function answer(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

const BODY = { name: "Exam", level: 5 };

describe("the session", () => {
  let server: Server;
  let caches: FakeCaches;
  let session: Session;
  const sessions: Session[] = [];

  function opened(): Session {
    const session = new Session(new Network(), new Kept(caches.asCaches()));
    sessions.push(session);
    return session;
  }

  function store(from = session): Promise<unknown> {
    return taken(from.api.POST("/api/v1/categories", { body: BODY }));
  }

  beforeEach(async () => {
    server = new Server();
    vi.stubGlobal("fetch", server.fetch);
    caches = new FakeCaches();
    session = opened();
    await session.begin();
  });

  afterEach(() => {
    for (const each of sessions.splice(0)) each.close();
    vi.unstubAllGlobals();
  });

  it("begins as the cookie says", async () => {
    expect([session.standing, session.csrf]).toEqual(["signed-in", "token-1"]);
    server.member = null;
    const other = opened();
    await other.begin();
    expect(other.standing).toBe("signed-out");
  });

  it("begins without a server as it last was, and may change nothing until that answers", async () => {
    server.there = false;
    const later = opened();
    await later.begin();
    expect([later.standing, later.view?.actor.member_id]).toEqual(["signed-in", "anna"]);
    await expect(store(later)).rejects.toBeInstanceOf(Unreachable);
    server.there = true;
    await store(later);
    expect(server.asked.slice(-2)).toEqual(["GET /auth/session -", "POST /categories token-1"]);
  });

  it("cannot begin without a server where nobody was", async () => {
    await session.signOut();
    server.there = false;
    const later = opened();
    await later.begin();
    expect(later.standing).toBe("unreachable");
  });

  it("that ended is asked for once, and all that waited goes on", async () => {
    server.member = null;
    const waiting = Promise.all([store(), store(), store()]);
    await vi.waitFor(() => expect(server.asked.filter((each) => each.startsWith("POST"))).toHaveLength(3));
    expect(session.standing).toBe("expired");
    await session.signIn("anna", "right");
    await waiting;
    expect(session.standing).toBe("signed-in");
    expect(server.asked.filter((each) => each === "POST /categories token-2")).toHaveLength(3);
  });

  it("asks for nothing where the new sign-in was quicker than the refusal", async () => {
    const before = session.view;
    await session.signIn("anna", "right");
    expect(await session.renewed(before)).toBe(true);
    expect(session.standing).toBe("signed-in");
  });

  it("sends nothing of one person as another", async () => {
    server.member = null;
    const waiting = store();
    await vi.waitFor(() => expect(session.standing).toBe("expired"));
    await session.signIn("ben", "right");
    await expect(waiting).rejects.toMatchObject({ status: 401 });
    expect(session.view?.actor.member_id).toBe("ben");
  });

  it("lets what waited go when they give up", async () => {
    server.member = null;
    const waiting = store();
    await vi.waitFor(() => expect(session.standing).toBe("expired"));
    session.abandon();
    await expect(waiting).rejects.toMatchObject({ status: 401 });
    expect([session.standing, session.view]).toEqual(["signed-out", null]);
  });

  it("that ended while nobody did anything asks for nothing", async () => {
    server.member = null;
    expect(await session.check()).toBe(false);
    expect([session.standing, session.view?.actor.member_id]).toEqual(["ended", "anna"]);
  });

  it("is not over because no server answers", async () => {
    server.there = false;
    expect(await session.check()).toBe(true);
    expect(session.standing).toBe("signed-in");
  });

  it.each([
    ["a sign-out", () => session.signOut()],
    ["its end", () => ((server.member = null), session.check())],
    ["another member's sign-in", () => session.signIn("ben", "right")],
  ])("forgets what was kept at %s", async (_, leave) => {
    await taken(session.api.GET("/api/v1/categories"));
    await vi.waitFor(() => expect([...caches.all.keys()]).toEqual(["kalends-kept-anna"]));
    await leave();
    await vi.waitFor(() => expect(caches.all.has("kalends-kept-anna")).toBe(false));
  });

  it("may be left when it has ended already", async () => {
    server.member = null;
    await session.signOut();
    expect(session.standing).toBe("signed-out");
  });

  it("is one for all tabs of a browser", async () => {
    const tab = opened();
    await tab.begin();
    await session.signIn("anna", "right");
    await store(tab); // which has the token of before until it has heard
    await session.signIn("ben", "right");
    await vi.waitFor(() => expect(tab.view?.actor.member_id).toBe("ben"));
    await session.signOut();
    await vi.waitFor(() => expect(tab.standing).toBe("signed-out"));
  });
});
