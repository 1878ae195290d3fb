import type { ChangeSetShown } from "#/api/schema";
import { wallAt, type Wall } from "#/time/zoned";

/** What was done on one day. */
export interface Day {
  readonly date: Wall;
  readonly sets: readonly ChangeSetShown[];
}

/** Give change sets by the day of the viewer's clock, in the order in which they come. */
export function byDay(sets: readonly ChangeSetShown[], zone: string): readonly Day[] {
  const days = new Map<Wall, ChangeSetShown[]>();
  for (const set of sets) {
    const date = wallAt(Date.parse(set.at), zone).slice(0, 10);
    days.set(date, [...(days.get(date) ?? []), set]);
  }
  return [...days].map(([date, sets]) => ({ date, sets }));
}
