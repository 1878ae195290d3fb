import type { CallState, FilterGiven, Outcome } from "#/api/schema";
import { instantOf, isDate, isoAt, plusDays } from "#/time/zoned";

import { OUTCOMES, STATES } from "./states";

/** Which calls are listed, as the address says it; null does not choose. */
export interface CallFilters {
  readonly state: CallState | null;
  readonly who: string | null;
  readonly agent: string | null;
  readonly type: string | null;
  /** The first and the last day. */
  readonly from: string | null;
  readonly to: string | null;
  /** In the title. */
  readonly text: string | null;
  readonly phone: string | null;
}

/** Which attempts are listed. */
export interface LogFilters {
  readonly outcome: Outcome | "under_way" | null;
  readonly who: string | null;
  readonly agent: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly phone: string | null;
}

/** Read filters of calls from the address; what is none there does not choose. */
export function callFilters(query: URLSearchParams): CallFilters {
  return {
    state: STATES.find((each) => each === query.get("state")) ?? null,
    type: word(query, "type"),
    text: word(query, "q"),
    ...shared(query),
  };
}

export function logFilters(query: URLSearchParams): LogFilters {
  const outcome = query.get("outcome");
  return {
    outcome: outcome === "under_way" ? outcome : (OUTCOMES.find((each) => each === outcome) ?? null),
    ...shared(query),
  };
}

/** Say whether anything was chosen. */
export function isChoosing(filters: CallFilters | LogFilters): boolean {
  return Object.values(filters).some((each) => each !== null);
}

/** Give filters of calls as the API takes them in the query of a list. Days are those of a zone. */
export function askedOfCalls(filters: CallFilters, zone: string) {
  const { state, who, agent, type, text, phone } = filters;
  return {
    state: state ? [state] : undefined,
    member_id: who ?? undefined,
    agent_instance: agent ?? undefined,
    call_type: type ?? undefined,
    q: text ?? undefined,
    phone: phone ?? undefined,
    ...between(filters.from, filters.to, zone),
  };
}

/** Give filters of calls as the API takes them of a batch. */
export function askedOfBatch(filters: CallFilters, zone: string): FilterGiven {
  const { state, who, agent, type, text, phone } = filters;
  const { from, to } = between(filters.from, filters.to, zone);
  return {
    state: state ? [state] : null,
    member_id: who,
    agent_instance: agent,
    call_type: type,
    q: text,
    phone,
    from: from ?? null,
    to: to ?? null,
  };
}

/** Give filters of attempts as the API takes them. */
export function askedOfLog({ outcome, who, agent, phone, from, to }: LogFilters, zone: string) {
  return {
    outcome: outcome && outcome !== "under_way" ? [outcome] : undefined,
    under_way: outcome === "under_way" ? true : undefined,
    member_id: who ?? undefined,
    agent_instance: agent ?? undefined,
    phone: phone ?? undefined,
    ...between(from, to, zone),
  };
}

/** Give the instants between which days lie, the last one with them. */
export function between(from: string | null, to: string | null, zone: string) {
  const midnight = (date: string) => isoAt(instantOf(date, zone), zone);
  return {
    from: from ? midnight(from) : undefined,
    to: to ? midnight(plusDays(to, 1)) : undefined,
  };
}

/** Give the address of the log as a file. */
export function logFile(filters: LogFilters, zone: string): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(askedOfLog(filters, zone)))
    for (const each of [value].flat()) if (each !== undefined) query.append(name, String(each));
  return `/api/v1/call-attempts.csv?${query.toString()}`;
}

function shared(query: URLSearchParams) {
  const who = query.get("who");
  const date = (name: string) => {
    const given = query.get(name);
    return given && isDate(given) ? given : null;
  };
  return {
    who: who && /^[0-9a-f-]{36}$/.test(who) ? who : null,
    agent: word(query, "agent"),
    phone: word(query, "phone"),
    from: date("from"),
    to: date("to"),
  };
}

function word(query: URLSearchParams, name: string): string | null {
  return query.get(name)?.trim() || null;
}
