import type { AttemptShown, CallShown, CallState, Occurrence } from "#/api/schema";
import type { Household } from "#/app/household.svelte";
import { type Drawn, drawn } from "#/features/calendar/drawn";

import { callOf, standing } from "./states";

/** How a run of a call stands: by its attempts where there were any, or else by what holds it up. */
export type Run = ReturnType<typeof standing> | Extract<CallState, "scheduled" | "paused" | "cancelled">;

export interface DrawnCall extends Drawn {
  readonly extendedProps: Drawn["extendedProps"] & { readonly call: string; readonly run: Run };
}

/** Give those of a range's events that are calls, as a board draws them. */
export function callsDrawn(
  occurrences: readonly Occurrence[],
  attempts: readonly AttemptShown[],
  paused: readonly CallShown[],
  household: Household,
): DrawnCall[] {
  const made = new Map<string, AttemptShown>();
  // The newest come first: of several attempts at a run the last counts.
  for (const each of attempts) {
    const run = `${each.call_id} ${each.due_at ? Date.parse(each.due_at) : ""}`;
    if (!made.has(run)) made.set(run, each);
  }
  const waiting = new Set(paused.map(({ id }) => id));
  return occurrences.flatMap((occurrence) => {
    const call = callOf(occurrence);
    if (!call) return [];
    const shown = drawn(occurrence, { zone: household.zone, by: "member", household });
    const attempt = made.get(`${call} ${Date.parse(occurrence.start)}`);
    const run = attempt ? standing(attempt) : withoutAttempt(occurrence, waiting.has(call));
    // That it was made is said by its sign, and struck through is what was not.
    const classNames = shown.classNames.filter((name) => name !== "over" || run === "cancelled");
    return [{ ...shown, classNames, editable: false, extendedProps: { occurrence, call, run } }];
  });
}

function withoutAttempt({ status, start }: Occurrence, isPaused: boolean): Run {
  if (status === "cancelled") return "cancelled";
  return isPaused && Date.parse(start) > Date.now() ? "paused" : "scheduled";
}
