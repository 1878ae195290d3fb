import type { Occurrence } from "#/api/schema";
import { wallTimes } from "./drawn";
import type { Wall } from "#/time/zoned";

/** What a search found: what is still to come in order of time, and what was before, the latest first. */
export interface Found {
  readonly later: readonly Occurrence[];
  readonly earlier: readonly Occurrence[];
  /** How many more there are than are given. */
  readonly rest: number;
}

const MOST = 50;

/** Sort what was found around today; of a series only the occurrence that is next, or else was last. */
export function foundAround(today: Wall, occurrences: readonly Occurrence[], zone: string): Found {
  const later = new Map<string, Occurrence>();
  const earlier = new Map<string, Occurrence>();
  for (const each of occurrences) {
    if (wallTimes(each, zone).start >= today) {
      if (!later.has(each.id)) later.set(each.id, each);
    } else earlier.set(each.id, each);
  }
  for (const id of later.keys()) earlier.delete(id);
  const [after, before] = [[...later.values()], [...earlier.values()].sort(latestFirst)];
  const shown = after.slice(0, MOST);
  const past = before.slice(0, MOST - shown.length);
  return { later: shown, earlier: past, rest: after.length + before.length - shown.length - past.length };
}

function latestFirst(one: Occurrence, other: Occurrence): number {
  return Date.parse(other.start) - Date.parse(one.start);
}
