import { type Api, ifMatch, taken } from "#/api/client";
import type { CallDetail, CallOutcome, CallPatch, Content, Missed, NewCall } from "#/api/schema";
import type { Once } from "#/api/submission.svelte";
import { type Repeat, repeatOf, rulesOf } from "#/features/events/repeat";
import type { Stored } from "#/parts/edit.svelte";
import type { Store } from "#/parts/saving.svelte";
import { wallAt, type Wall } from "#/time/zoned";

import { detailsOf, packedDetails } from "./details";
import { packedRetries, retriesOf } from "./retries";

/** A call as its form holds it. Empty texts are left to the server, or said by nobody. */
export type CallFields = {
  phone: string;
  title: string;
  /** On the clock of `zone`, to the minute: `2026-11-23T14:30`. */
  start: Wall;
  zone: string;
  minutes: number | null;
  /** Packed, as are `metadata` and `retries`. */
  repeat: string;
  content: Content;
  text: string;
  type: string;
  description: string;
  notes: string;
  metadata: string;
  calleeZone: string;
  missed: Missed;
  record: boolean;
  retries: string;
  /** Whose it is, which agent's, and where its event is: said once, of a new call. */
  member: string;
  agent: string;
  calendar: string;
};

const TEXTS = { script: "script", twiml_url: "twiml_url", agent: "agent_url" } as const;
const USUAL_MINUTES = 5;

/** The field that a kind of content is given in. */
export function textField(content: Content): (typeof TEXTS)[Content] {
  return TEXTS[content];
}

/** Give the form of a new call, at some time. */
export function blankCall(start: Wall, zone: string, member: string): CallFields {
  return {
    phone: "",
    title: "",
    start: start.slice(0, 16),
    zone,
    minutes: USUAL_MINUTES,
    repeat: packRepeat({ kind: "none" }),
    content: "script",
    text: "",
    type: "",
    description: "",
    notes: "",
    metadata: packedDetails({}),
    calleeZone: "",
    missed: "last",
    record: false,
    retries: packedRetries({}),
    member,
    agent: "",
    calendar: "",
  };
}

export function storedCall(call: CallDetail): Stored<CallFields> {
  const start = wallAt(Date.parse(call.starts_at), call.zone).slice(0, 16);
  const values: CallFields = {
    phone: call.phone ?? "",
    title: call.title,
    start,
    zone: call.zone,
    minutes: call.duration_minutes,
    repeat: packRepeat(repeatOf(call.rules, { start, zone: call.zone })),
    content: call.content,
    text: call.content_text,
    type: call.call_type ?? "",
    description: call.description ?? "",
    notes: call.notes ?? "",
    metadata: packedDetails(call.metadata),
    calleeZone: call.callee_zone,
    missed: call.missed,
    record: call.record,
    retries: packedRetries(call.retries),
    member: call.member_id,
    agent: call.agent_instance ?? "",
    calendar: "",
  };
  return { values, version: call.version };
}

export function packRepeat(repeat: Repeat): string {
  return JSON.stringify(repeat);
}

export function repeatIn({ repeat }: Pick<CallFields, "repeat">): Repeat {
  return JSON.parse(repeat) as Repeat;
}

/** Give the rule that a call repeats by, null where it is made once. */
export function ruleOf(fields: Pick<CallFields, "repeat" | "start" | "zone">): string | null {
  return rulesOf(repeatIn(fields), { start: fields.start, zone: fields.zone })[0] ?? null;
}

/** Give a new call as the API takes it. */
export function creationOf(fields: CallFields): NewCall {
  return {
    phone: fields.phone.trim(),
    start: fields.start,
    zone: fields.zone,
    duration_minutes: fields.minutes ?? USUAL_MINUTES,
    title: fields.title.trim() || fields.phone.trim(),
    [textField(fields.content)]: fields.text.trim(),
    repeat: ruleOf(fields),
    call_type: fields.type.trim() || null,
    description: fields.description.trim() || null,
    notes: fields.notes.trim() || null,
    metadata: detailsOf(fields.metadata),
    callee_zone: fields.calleeZone || null,
    missed: fields.missed,
    record: fields.record,
    retries: retriesOf(fields.retries),
    member_id: fields.member,
    agent_instance: fields.agent.trim() || null,
    calendar_id: fields.calendar || null,
  } as NewCall;
}

/** Give what was changed of a call as the API takes it. */
export function patchOf(changes: Partial<CallFields>, typed: CallFields): CallPatch {
  const changed = (...names: (keyof CallFields)[]) => names.some((name) => name in changes);
  const repeat = repeatIn(typed).kind;
  // A rule such as "every second Tuesday" is by the start.
  const ruled = changed("repeat") || (changed("start", "zone") && repeat === "rule");
  return {
    ...(changed("phone") && { phone: typed.phone.trim() }),
    ...(changed("title") && { title: typed.title.trim() }),
    ...(changed("start", "zone") && { start: typed.start, zone: typed.zone }),
    ...(changed("minutes") && { duration_minutes: typed.minutes ?? USUAL_MINUTES }),
    ...(ruled && repeat !== "kept" && { repeat: ruleOf(typed) }),
    ...(changed("content", "text") && { [textField(typed.content)]: typed.text.trim() }),
    ...(changed("type") && { call_type: typed.type.trim() || null }),
    ...(changed("description") && { description: typed.description.trim() || null }),
    ...(changed("notes") && { notes: typed.notes.trim() || null }),
    ...(changed("metadata") && { metadata: detailsOf(typed.metadata) }),
    ...(changed("calleeZone") && { callee_zone: typed.calleeZone }),
    ...(changed("missed") && { missed: typed.missed }),
    ...(changed("record") && { record: typed.record }),
    ...(changed("retries") && { retries: retriesOf(typed.retries) as CallPatch["retries"] }),
  };
}

/** Say whether as much was typed as it takes to ask what the call would cause. */
export function canBeForeseen({ phone, start }: CallFields): boolean {
  return phone.trim() !== "" && start.length === 16 && start[10] === "T";
}

/** How a call is asked about, and stored. */
export interface Asking {
  readonly preview?: boolean;
  readonly force?: boolean;
  readonly once?: Partial<Once>;
  readonly signal?: AbortSignal;
}

// So that the number and the time are looked at before it is written what is said.
const UNSAID: Readonly<Record<Content, string>> = {
  script: "…",
  twiml_url: "https://example.org/",
  agent: "wss://example.org/",
};

/** Schedule a call, or say what that would cause. */
export function create(api: Api, fields: CallFields, asking: Asking): Promise<CallOutcome> {
  const { preview, force, once, signal } = asking;
  const query = { preview: preview || undefined, force: force || undefined };
  const text = preview && !fields.text.trim() ? UNSAID[fields.content] : fields.text;
  const body = creationOf({ ...fields, text });
  return taken(api.POST("/api/v1/calls", { params: { query, header: once ?? {} }, body, signal }));
}

/** Change a call, or say what that would cause. Conditional on `version`, where there is one. */
export function change(
  api: Api,
  id: string,
  { changes, typed, version }: { changes: Partial<CallFields>; typed: CallFields; version?: number },
  { preview, force, once, signal }: Asking,
): Promise<CallOutcome> {
  const query = { preview: preview || undefined, force: force || undefined };
  const header = { ...(version === undefined ? {} : ifMatch(version)), ...once };
  const params = { path: { call_id: id }, query, header };
  return taken(api.PATCH("/api/v1/calls/{call_id}", { params, body: patchOf(changes, typed), signal }));
}

/**
 * How a form saves a call: one that is kept, or (null) one to be made. `forced` says whether it may break rules;
 * `done` is told what it did.
 */
export function callStore(
  api: Api,
  id: string | null,
  { forced, done }: { forced: () => boolean; done: (outcome: CallOutcome) => void },
): Store<CallFields> {
  const path = { call_id: id ?? "" };
  const read = () => taken(api.GET("/api/v1/calls/{call_id}", { params: { path } }));
  return {
    read: async () => storedCall(await read()),
    write: async ({ typed, changes, version, once }) => {
      const asking = { force: forced(), once };
      const outcome = await (id === null
        ? create(api, typed, asking)
        : change(api, id, { changes, typed, version }, asking));
      done(outcome);
      return storedCall(outcome.call ?? (await read()));
    },
  };
}
