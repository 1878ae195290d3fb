import { Unreachable } from "#/api/problem";
import type { EventOutcome, EventShown, Occurrence } from "#/api/schema";
import type { App } from "#/app/app.svelte";
import type { Household } from "#/app/household.svelte";
import { Formats } from "#/text/formats.svelte";
import { Words } from "#/text/words.svelte";

/** A request as the fake server was sent it. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, unknown>;
  readonly header: Record<string, unknown>;
  readonly body: Record<string, unknown>;
}
/** What the server answers; 200 and nothing by default. */
export interface Answer {
  /** Nothing: it stays silent. */
  readonly silent?: true;
  readonly status?: number;
  readonly body?: unknown;
}

/** An app whose server answers as the test says, in order; it keeps what it was sent and what it said. */
export function fakeApp(...answers: Answer[]) {
  const sent: Sent[] = [];
  const said: string[] = [];
  const words = new Words();
  const send =
    (method: string) =>
    async (path: string, init: Record<string, never> = {}) => {
      const params = (init["params"] ?? {}) as Record<string, Record<string, unknown>>;
      const header = { ...params["header"], ...(init["headers"] as object | undefined) };
      sent.push({ method, path, query: params["query"] ?? {}, header, body: init["body"] ?? {} });
      const { status = 200, body = {}, silent } = answers.shift() ?? {};
      if (silent) throw new Unreachable("Kalends cannot be reached.");
      const response = new Response(null, { status, headers: { "Kalends-Change-Set": "set-1" } });
      return response.ok ? { data: body, response } : { error: body, response };
    };
  const api = Object.fromEntries(["GET", "POST", "PATCH", "PUT", "DELETE"].map((each) => [each, send(each)]));
  const notices = {
    say: (text: string) => said.push(text),
    fail: (error: Error) => said.push(`! ${error.message}`),
  };
  const app = { api, notices, t: words.t, formats: new Formats(words) } as unknown as App;
  return { app, sent, said };
}

export const HOUSEHOLD = {
  zone: "Europe/Berlin",
  actor: { member_id: "anna" },
  writable: [{ id: "calendar-1", owner_member_id: "anna" }],
} as unknown as Household;

export const CHOIR = {
  id: "choir",
  uid: "uid-choir",
  calendar_id: "calendar-1",
  sight: "full",
  editable: true,
  title: "Choir",
  description: null,
  location: null,
  url: null,
  start: "2026-11-24T18:00:00+01:00",
  end: "2026-11-24T19:30:00+01:00",
  zone: "Europe/Berlin",
  all_day: false,
  floating: false,
  repeats: false,
  recurrence_key: "",
  status: "confirmed",
  completed_at: null,
  flexibility: "preferred",
  priority: null,
  category: null,
  transparent: false,
  confidential: false,
  participants: [],
  resources: [],
  reminders: [],
  version: 1,
} as unknown as Occurrence;

export function shown(change: Partial<EventShown> = {}): EventShown {
  return { ...CHOIR, rules: [], additions: [], exclusions: [], overrides: [], ...change } as EventShown;
}

export const NOTHING: EventOutcome = {
  change_set_id: "set-1",
  operations: [],
  conflicts: [],
  conflict_count: 0,
  appearing: [],
  resolved: [],
  moved: [],
  refused_by: [],
  unplaced: [],
  event: null,
};
