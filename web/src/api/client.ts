import createClient, { type Client } from "openapi-fetch";

import { Kept } from "./kept";
import { Network } from "./network.svelte";
import { Problem, Unreachable } from "./problem";
import type { paths, SessionView } from "./schema";

export type Api = Client<paths>;

/** What the client needs to know of who is signed in; the session owns it. */
export interface Credentials {
  readonly view: SessionView | null;
  /** The token that changes carry, asked for where it is not at hand; null while nobody is signed in. */
  token(): Promise<string | null>;
  /** Ask the server again who is signed in. */
  check(): Promise<unknown>;
  /** Wait until whoever had this session is signed in anew; false where they gave up or somebody else is. */
  renewed(since: SessionView | null): Promise<boolean>;
}

/** What the client is made with, beside credentials. */
export interface Means {
  send?: typeof fetch;
  network?: Network;
  kept?: Kept;
}

const READS = new Set(["GET", "HEAD", "OPTIONS"]);
const LONGEST_WAIT = 60_000; // milliseconds
const PATIENCE = 4_000; // milliseconds until what was kept is shown instead
const PATIENCE_WHEN_SILENT = 1_000;
// Where a 401 is the answer and not the end of a session.
const WITHOUT_SESSION = /^\/api\/v1\/auth\/(session|session\/sign-up|sign-up|sign-in|setup|password\/reset)$/;
const GATEWAY = new Set([502, 503, 504]);

/**
 * Make the typed client of the REST API.
 *
 * A request whose session has ended waits for the next sign-in and is then sent once more, so that nothing
 * typed is lost. What no server answered is `Unreachable`; a read gets the last answer instead, if it was kept.
 */
export function makeApi(
  credentials: Credentials,
  { send = (request) => fetch(request), network = new Network(), kept = new Kept() }: Means = {},
): Api {
  async function attempt(request: Request): Promise<Response> {
    const token = READS.has(request.method) ? null : await credentials.token();
    const sent = new Request(request, {
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(LONGEST_WAIT)]),
    });
    if (token) sent.headers.set("X-CSRF-Token", token);
    try {
      const answer = await received(await send(sent));
      network.answered();
      return answer;
    } catch (error) {
      if (request.signal.aborted) throw error; // whoever asked no longer wants it
      network.unanswered();
      throw new Unreachable("Kalends cannot be reached.", { cause: error });
    }
  }

  async function attemptSignedIn(request: Request): Promise<Response> {
    const again = request.clone();
    const session = credentials.view;
    const answer = await attempt(request);
    if (answer.status === 403 && (await codeOf(answer)) === "csrf_refused") {
      // Another tab of this browser has signed in since, and has another token.
      await credentials.check();
      if (credentials.view === session) return answer;
    } else if (answer.status !== 401 || WITHOUT_SESSION.test(new URL(request.url).pathname)) {
      return answer;
    }
    return (await credentials.renewed(session)) ? attempt(again) : answer;
  }

  async function read(request: Request): Promise<Response> {
    const member = credentials.view?.actor.member_id ?? null;
    const coming = attemptSignedIn(request);
    void coming.then((answer) => kept.keep(member, request, answer)).catch(() => {});
    const answer = await inTime(coming, network.silentSince === null ? PATIENCE : PATIENCE_WHEN_SILENT);
    if (answer) return answer;
    const before = await kept.find(member, request);
    if (!before || request.signal.aborted) return coming;
    network.showing(before.at);
    void coming
      .then(async (late) => {
        if (late.ok && (await late.text()) !== before.body) network.late();
      })
      .catch(() => {}); // what was kept stands in for it
    return new Response(before.body, { headers: { "Content-Type": "application/json" } });
  }

  return createClient<paths>({
    baseUrl: location.origin,
    credentials: "same-origin",
    fetch: (request) => (request.method === "GET" ? read(request) : attemptSignedIn(request)),
    querySerializer: { array: { style: "form", explode: true } },
  });
}

/** Give what an answer holds, or throw the `Problem` that it is. */
export async function taken<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  throw new Problem(response.status, (error ?? {}) as Record<string, unknown>);
}

/** The header that makes a change conditional on the version that was read. */
export function ifMatch(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

// The whole of it: an answer that breaks off in the middle is none. Nor is what a proxy says of our silence.
async function received(answer: Response): Promise<Response> {
  const body = await answer.arrayBuffer();
  const ours = answer.headers.get("Content-Type")?.startsWith("application/problem+json");
  if (GATEWAY.has(answer.status) && !ours) throw new Error(`A proxy answered ${answer.status}.`);
  const { status, statusText, headers } = answer;
  return new Response(body.byteLength > 0 ? body : null, { status, statusText, headers });
}

async function codeOf(answer: Response): Promise<unknown> {
  return ((await answer.clone().json()) as { code?: unknown }).code;
}

// Undefined where nothing answers, or not yet; what else goes wrong is thrown.
async function inTime(coming: Promise<Response>, patience: number): Promise<Response | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const impatient = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience);
  });
  try {
    return await Promise.race([coming, impatient]);
  } catch (error) {
    if (error instanceof Unreachable) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
