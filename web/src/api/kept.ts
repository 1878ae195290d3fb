import type { SessionView } from "./schema";

/** An answer from before, and when it was given, in milliseconds since 1970. */
export interface KeptAnswer {
  readonly at: number;
  readonly body: string;
}

const PREFIX = "kalends-kept-";
const KEPT_AT = "X-Kept-At";
const SESSION = "/api/v1/auth/session";
const MOST = 150; // answers; the oldest go first
// What is nobody's data, is shown once, or is a file to take away.
const NEVER = /^\/api\/v1\/(auth|live)(\/|$)|\/export$/;

/**
 * The last answers to what one member read, kept by the browser for when no server answers.
 *
 * Where the browser offers no storage (a page over plain HTTP), nothing is kept and nothing is found.
 */
export class Kept {
  #store: CacheStorage | undefined;
  #owner: string | null = null;
  #work: Promise<unknown> = Promise.resolve(); // one thing after the other: what is deleted stays deleted

  constructor(store: CacheStorage | undefined = globalThis.caches) {
    this.#store = store;
  }

  /** Keep for this member from now on; what was kept for anybody else, or for all with null, is deleted. */
  async own(member: string | null): Promise<void> {
    this.#owner = member;
    await this.#then(async (store) => {
      const names = (await store.keys()).filter((each) => each.startsWith(PREFIX));
      await Promise.all(names.filter((each) => each !== nameOf(member)).map((each) => store.delete(each)));
    });
  }

  /** Keep an answer to a request of this member, if it is one that is kept. */
  async keep(member: string | null, request: Request, answer: Response): Promise<void> {
    const json = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (answer.status !== 200 || !json || !isKept(request)) return;
    await this.#put(member, request.url, await answer.clone().text());
  }

  async find(member: string | null, request: Request): Promise<KeptAnswer | undefined> {
    return member !== null && isKept(request) ? this.#match(nameOf(member), request.url) : undefined;
  }

  /** Remember who is signed in, so that the app can begin without the server; their token is not kept. */
  async remember(view: SessionView): Promise<void> {
    await this.#put(view.actor.member_id, SESSION, JSON.stringify({ ...view, csrf_token: "" }));
  }

  /** Give who was signed in when a server last answered; their token is empty. */
  async remembered(): Promise<SessionView | undefined> {
    const names = await this.#then((store) => store.keys());
    const name = names?.find((each) => each.startsWith(PREFIX));
    const kept = name === undefined ? undefined : await this.#match(name, SESSION);
    return kept && (JSON.parse(kept.body) as SessionView);
  }

  async #put(member: string | null, address: string, body: string): Promise<void> {
    await this.#then(async (store) => {
      if (member === null || member !== this.#owner) return; // they have left meanwhile
      const cache = await store.open(nameOf(member));
      await cache.put(address, new Response(body, { headers: { [KEPT_AT]: String(Date.now()) } }));
      const requests = await cache.keys();
      await Promise.all(requests.slice(0, -MOST).map((each) => cache.delete(each)));
    });
  }

  async #match(name: string, address: string): Promise<KeptAnswer | undefined> {
    return this.#then(async (store) => {
      const found = await store.match(address, { cacheName: name });
      return found && { at: Number(found.headers.get(KEPT_AT)), body: await found.text() };
    });
  }

  // A full disk or a private window must not keep anybody from what the server has.
  async #then<T>(work: (store: CacheStorage) => Promise<T>): Promise<T | undefined> {
    const store = this.#store;
    if (!store) return undefined;
    const done = this.#work.then(() => work(store)).catch(() => undefined);
    this.#work = done;
    return done;
  }
}

function nameOf(member: string | null): string {
  return PREFIX + (member ?? "");
}

function isKept(request: Request): boolean {
  return !NEVER.test(new URL(request.url).pathname);
}
