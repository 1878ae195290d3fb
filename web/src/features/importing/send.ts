import type { Credentials } from "#/api/client";
import { Problem, Unreachable } from "#/api/problem";
import type { ImportShown } from "#/api/schema";
import type { Once } from "#/api/submission.svelte";

/** A file on its way into a calendar. */
export interface Sending {
  readonly file: Blob;
  readonly calendar: string;
  /** Say what would come of it, and store nothing. */
  readonly preview: boolean;
  readonly once?: Once;
  readonly signal: AbortSignal;
  /** Is told how much of the file is with the server, from 0 to 1; at 1 the server reads it. */
  readonly onprogress: (part: number) => void;
}

type MakeRequest = () => XMLHttpRequest;

/**
 * Send an iCalendar file and give the report.
 *
 * By XMLHttpRequest, since `fetch` tells nothing of what was sent so far. Like every request, it waits for a new
 * sign-in where the session has ended. Throws `Problem`, `Unreachable`, or what `signal` was aborted with.
 */
export async function sendFile(
  credentials: Credentials,
  sending: Sending,
  makeRequest: MakeRequest = () => new XMLHttpRequest(),
): Promise<ImportShown> {
  const session = credentials.view;
  let answer = await attempt(await credentials.token(), sending, makeRequest());
  const body = answer.body as Partial<ImportShown> & { code?: string };
  const isForged = answer.status === 403 && body.code === "csrf_refused";
  if (isForged) await credentials.check(); // another tab of this browser has signed in since
  const mayBeRenewed = answer.status === 401 || (isForged && credentials.view !== session);
  if (mayBeRenewed && (await credentials.renewed(session)))
    answer = await attempt(await credentials.token(), sending, makeRequest());
  if (answer.status < 300) return answer.body as ImportShown;
  throw new Problem(answer.status, answer.body as Record<string, unknown>);
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

function attempt(
  csrf: string | null,
  { file, calendar, preview, once, signal, onprogress }: Sending,
  request: XMLHttpRequest,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => request.abort();
    signal.addEventListener("abort", abort);
    request.upload.onprogress = ({ loaded, total }) => onprogress(total ? loaded / total : 1);
    request.upload.onload = () => onprogress(1);
    request.onload = () => resolve({ status: request.status, body: parsed(request.responseText) });
    request.onerror = () => reject(new Unreachable("Kalends cannot be reached."));
    request.onabort = () => reject(signal.reason as Error);
    request.onloadend = () => signal.removeEventListener("abort", abort);
    request.open("POST", `/api/v1/calendars/${calendar}/import${preview ? "?preview=true" : ""}`);
    request.setRequestHeader("Content-Type", "text/calendar");
    if (csrf) request.setRequestHeader("X-CSRF-Token", csrf);
    for (const [name, value] of Object.entries(once ?? {})) request.setRequestHeader(name, String(value));
    request.send(file);
  });
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {}; // not ours: a proxy's page, say
  }
}
