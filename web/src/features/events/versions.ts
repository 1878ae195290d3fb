import { changedFields, type EventForm, type FieldName, same } from "./form";

/** A field on which what was typed and what is stored by now disagree. */
export interface Difference {
  readonly name: FieldName;
  /** Which of them the merged version has. */
  readonly side: Side;
}
export type Side = "mine" | "theirs";

/**
 * Compare what was typed with what somebody else stored meanwhile; both began as `base`.
 *
 * A field that one side alone changed is that side's to begin with; one that both changed stays as typed.
 */
export function differences(base: EventForm, mine: EventForm, theirs: EventForm): Difference[] {
  return changedFields(mine, theirs).map((name) => ({
    name,
    side: same(base[name], mine[name]) ? "theirs" : "mine",
  }));
}

/** Give what was typed, with the stored fields where they were chosen. */
export function merged(mine: EventForm, theirs: EventForm, chosen: readonly Difference[]): EventForm {
  const taken = chosen.filter(({ side }) => side === "theirs").map(({ name }) => [name, theirs[name]]);
  return { ...mine, ...Object.fromEntries(taken) };
}
