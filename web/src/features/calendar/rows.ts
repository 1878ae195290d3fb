import type { Occurrence } from "#/api/schema";
import type { Household } from "#/app/household.svelte";

import { memberColor, takersOf } from "./drawn";

export type RowsOf = "members" | "resources";

/** A row of the timeline: somebody, or something that is used. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly color: string | null;
}

/** Give the rows; things that are out of use have none. */
export function rowsOf(kind: RowsOf, household: Household): readonly Row[] {
  if (kind === "members")
    return household.members.map((each) => ({
      id: each.id,
      title: each.name,
      color: memberColor(each.id, household),
    }));
  return household.resources
    .filter((each) => each.active)
    .map((each) => ({ id: each.id, title: each.name, color: null }));
}

/** Give the rows that an occurrence is in. */
export function rowIdsOf(occurrence: Occurrence, kind: RowsOf, household: Household): readonly string[] {
  return kind === "members" ? takersOf(occurrence, household) : occurrence.resources;
}
