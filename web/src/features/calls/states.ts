import type { News } from "#/api/live.svelte";
import type { AttemptShown, CallState, Outcome } from "#/api/schema";

export const STATES: readonly CallState[] = [
  "scheduled",
  "paused",
  "pending",
  "running",
  "completed",
  "failed",
  "cancelled",
];
export const OUTCOMES: readonly Outcome[] = [
  "completed",
  "busy",
  "no_answer",
  "machine",
  "failed",
  "cancelled",
];

const OPEN: ReadonlySet<CallState> = new Set(["scheduled", "paused", "pending", "running"]);

/** Say whether something of a call in this state is still to come. */
export function isOpen(state: CallState): boolean {
  return OPEN.has(state);
}

/** Say whether it is being made at this moment, when nothing of it can be changed. */
export function isUnderWay(state: CallState): boolean {
  return state === "pending" || state === "running";
}

/** How an attempt stands: how it ended, or that it has not. */
export function standing({ outcome }: Pick<AttemptShown, "outcome">): Outcome | "under_way" {
  return outcome ?? "under_way";
}

/** Say whether news may be of calls. */
export function concernsCalls(news: News): boolean {
  return "kinds" in news && news.kinds.some((kind) => kind === "call" || kind === "everything");
}

const HELD = "call:";

/** Give the call that an event is, null where it is none. */
export function callOf({ holder }: { readonly holder?: string | null }): string | null {
  return holder?.startsWith(HELD) ? holder.slice(HELD.length) : null;
}
