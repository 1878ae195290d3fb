// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { type Credentials, ifMatch, makeApi, taken } from "./client";
import { FakeCaches } from "./fake-caches";
import { Kept } from "./kept";
import { Network } from "./network.svelte";
import { Problem, Unreachable } from "./problem";
import type { SessionView } from "./schema";

const ANNA = viewOf("anna", "token-1");

function viewOf(member: string, token: string): SessionView {
  return { actor: { member_id: member }, csrf_token: token } as SessionView;
}

function json(body: unknown, status = 200): Response {
  const type = status < 400 ? "application/json" : "application/problem+json";
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
}

/** A server that gives these answers one after the other, and remembers what it was asked. */
function serverOf(...answers: (Response | Error | Promise<Response>)[]) {
  const asked: Request[] = [];
  const send = async (request: Request): Promise<Response> => {
    asked.push(request);
    const answer = await answers.shift();
    if (answer === undefined) throw new TypeError("Nobody is there.");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, send: send as typeof fetch };
}

function signedIn(view: SessionView | null = ANNA): Credentials & { view: SessionView | null } {
  return {
    view,
    token: async () => view?.csrf_token ?? null,
    check: async () => true,
    renewed: async () => false,
  };
}

const CATEGORY = { name: "Exam", level: 5 };

describe("the client", () => {
  it("sends the token with changes and not with reads", async () => {
    const server = serverOf(json({ items: [] }), json({}, 201));
    const api = makeApi(signedIn(), { send: server.send });
    await taken(api.GET("/api/v1/categories"));
    await taken(api.POST("/api/v1/categories", { body: CATEGORY }));
    expect(server.asked.map((each) => each.headers.get("X-CSRF-Token"))).toEqual([null, "token-1"]);
  });

  it("tells a refusal from silence", async () => {
    const refused = { code: "category_in_use", detail: "It is in use.", status: 409 };
    const api = makeApi(signedIn(), { send: serverOf(json(refused, 409)).send });
    await expect(taken(api.GET("/api/v1/categories"))).rejects.toMatchObject({ code: "category_in_use" });
    await expect(taken(api.GET("/api/v1/categories"))).rejects.toBeInstanceOf(Unreachable);
  });

  it.each([
    ["a proxy that finds no server", new Response("Bad gateway", { status: 502 })],
    ["a connection that breaks off in the middle", broken()],
  ])("takes %s for silence", async (_, answer) => {
    const api = makeApi(signedIn(), { send: serverOf(answer).send });
    const network = api.POST("/api/v1/categories", { body: CATEGORY });
    await expect(taken(network)).rejects.toBeInstanceOf(Unreachable);
  });

  it("takes the server's own 503 for an answer", async () => {
    const api = makeApi(signedIn(), { send: serverOf(json({ code: "unavailable" }, 503)).send });
    await expect(taken(api.GET("/api/v1/categories"))).rejects.toBeInstanceOf(Problem);
  });

  it("lets whoever asked take it back", async () => {
    const asker = new AbortController();
    const network = new Network();
    const never = new Promise<Response>(() => {});
    const send = (request: Request) =>
      Promise.race([never, new Promise<Response>((_, no) => (request.signal.onabort = no))]);
    const api = makeApi(signedIn(), { send: send as typeof fetch, network });
    const answer = taken(api.GET("/api/v1/categories", { signal: asker.signal }));
    await Promise.resolve();
    asker.abort();
    await expect(answer).rejects.not.toBeInstanceOf(Unreachable);
    expect(network.silentSince).toBeNull();
  });

  it("names the version that a change is of", () => {
    expect(ifMatch(7)).toEqual({ "If-Match": '"7"' });
  });
});

describe("a session that has ended", () => {
  it("is renewed, and what waited is sent once more, whole", async () => {
    const server = serverOf(json({}, 401), json({ id: "1" }, 201));
    const credentials = signedIn();
    credentials.renewed = async (since) => {
      expect(since).toBe(ANNA);
      credentials.token = async () => "token-2";
      return true;
    };
    const api = makeApi(credentials, { send: server.send });
    const headers = { "Idempotency-Key": "once" };
    expect(await taken(api.POST("/api/v1/categories", { body: CATEGORY, headers }))).toEqual({ id: "1" });
    const [first, second] = server.asked;
    expect(await second?.json()).toEqual(CATEGORY);
    expect(second?.headers.get("X-CSRF-Token")).toBe("token-2");
    expect(second?.headers.get("Idempotency-Key")).toBe(first?.headers.get("Idempotency-Key"));
  });

  it("answers 401 where nobody renews it", async () => {
    const api = makeApi(signedIn(), { send: serverOf(json({ code: "unauthenticated" }, 401)).send });
    await expect(taken(api.GET("/api/v1/categories"))).rejects.toMatchObject({ status: 401 });
  });

  it("is not meant by a 401 at the way in", async () => {
    const credentials = signedIn(null);
    credentials.renewed = vi.fn(async () => true);
    const api = makeApi(credentials, { send: serverOf(json({}, 401)).send });
    const body = { username: "anna", password: "wrong" };
    await expect(taken(api.POST("/api/v1/auth/session", { body }))).rejects.toMatchObject({ status: 401 });
    expect(credentials.renewed).not.toHaveBeenCalled();
  });

  it("was renewed by another tab, whose token is asked for", async () => {
    const server = serverOf(json({ code: "csrf_refused" }, 403), json({}, 201));
    const credentials = signedIn();
    credentials.check = async () => {
      credentials.view = viewOf("anna", "token-2");
      return true;
    };
    credentials.renewed = async (since) => since !== credentials.view;
    const api = makeApi(credentials, { send: server.send });
    await taken(api.POST("/api/v1/categories", { body: CATEGORY }));
    expect(server.asked).toHaveLength(2);
  });

  it("is not meant by another 403", async () => {
    const server = serverOf(json({ code: "forbidden" }, 403), json({ code: "csrf_refused" }, 403));
    const api = makeApi(signedIn(), { send: server.send });
    for (const code of ["forbidden", "csrf_refused"]) {
      await expect(taken(api.POST("/api/v1/categories", { body: CATEGORY }))).rejects.toMatchObject({ code });
    }
  });
});

describe("what was read before", () => {
  let kept: Kept;
  let network: Network;

  beforeEach(async () => {
    kept = new Kept(new FakeCaches().asCaches());
    network = new Network();
    await kept.own("anna");
    const server = serverOf(json({ items: ["before"] }));
    await taken(makeApi(signedIn(), { send: server.send, kept }).GET("/api/v1/categories"));
    await kept.own("anna"); // after it was kept
  });
  afterEach(() => vi.useRealTimers());

  function read(send: typeof fetch, who: SessionView | null = ANNA): Promise<unknown> {
    return taken(makeApi(signedIn(who), { send, kept, network }).GET("/api/v1/categories"));
  }

  it("is shown where nothing answers, with its age", async () => {
    expect(await read(serverOf().send)).toEqual({ items: ["before"] });
    expect(network.silentSince).not.toBeNull();
    expect(network.shownFrom).toBeLessThanOrEqual(Date.now());
  });

  it("is nobody else's", async () => {
    await expect(read(serverOf().send, viewOf("ben", "token"))).rejects.toBeInstanceOf(Unreachable);
  });

  it("does not stand in for a refusal", async () => {
    await expect(read(serverOf(json({ code: "forbidden" }, 403)).send)).rejects.toBeInstanceOf(Problem);
    expect(network.shownFrom).toBeNull();
  });

  it.each([
    ["is shown while an answer takes long, which is told when it differs", ["after"], ["late"]],
    ["needs no telling when the late answer is the same", ["before"], []],
  ])("%s", async (_, items, turns) => {
    vi.useFakeTimers();
    const told: string[] = [];
    network.onturn = (turn) => told.push(turn);
    let answer: (answer: Response) => void = () => {};
    const slow = new Promise<Response>((resolve) => (answer = resolve));
    const reading = read(serverOf(slow).send);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await reading).toEqual({ items: ["before"] });
    expect(network.silentSince).toBeNull();
    answer(json({ items }));
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(turns);
  });
});

function broken(): Response {
  const body = new ReadableStream({ pull: (stream) => stream.error(new TypeError("It broke off.")) });
  return new Response(body, { headers: { "Content-Type": "application/json" } });
}
