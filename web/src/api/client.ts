import createClient, { type Client } from "openapi-fetch";

import { Problem, Unreachable } from "./problem";
import type { paths } from "./schema";

export type Api = Client<paths>;

/** What the client needs to know of who is signed in; the session owns it. */
export interface Credentials {
  /** The token that changes carry; null while nobody is signed in. */
  readonly csrf: string | null;
  /** Wait until the same person has signed in again; false where they gave up. */
  renewed(): Promise<boolean>;
}

const READS = new Set(["GET", "HEAD", "OPTIONS"]);
const LONGEST_WAIT = 60_000; // milliseconds
const SIGN_IN = "/api/v1/auth/";

/**
 * Make the typed client of the REST API.
 *
 * A request whose session has ended waits for the next sign-in and is then sent once more, so that nothing
 * typed is lost. What no server answered is `Unreachable`.
 */
export function makeApi(credentials: Credentials, send: typeof fetch = fetch): Api {
  async function attempt(request: Request): Promise<Response> {
    const sent = new Request(request, {
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(LONGEST_WAIT)]),
    });
    if (!READS.has(sent.method) && credentials.csrf) sent.headers.set("X-CSRF-Token", credentials.csrf);
    try {
      return await send(sent);
    } catch (error) {
      if (request.signal.aborted) throw error; // whoever asked no longer wants it
      throw new Unreachable("Kalends cannot be reached.", { cause: error });
    }
  }

  async function fetchWithRenewal(request: Request): Promise<Response> {
    const again = request.clone();
    const response = await attempt(request);
    const ended = response.status === 401 && !new URL(request.url).pathname.startsWith(SIGN_IN);
    return ended && (await credentials.renewed()) ? attempt(again) : response;
  }

  return createClient<paths>({
    baseUrl: location.origin,
    credentials: "same-origin",
    fetch: fetchWithRenewal,
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
