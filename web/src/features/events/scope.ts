import type { Occurrence } from "#/api/schema";

/** How much of a series a change is about: one occurrence, it and all that follow, or all. */
export type Scope = "single" | "future" | "all";
export const SCOPES: readonly Scope[] = ["single", "future", "all"];

/** Give which occurrences a change is about, as the API asks for it. */
export function aim(
  { repeats, recurrence_key }: Pick<Occurrence, "repeats" | "recurrence_key">,
  scope: Scope,
): { occurrence?: string; scope?: Scope } {
  return repeats ? { occurrence: recurrence_key, scope } : {};
}
