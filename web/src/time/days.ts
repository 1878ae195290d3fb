import { wallAt, type Wall } from "./zoned";

/** What happened on one day. */
export interface Day<T> {
  readonly date: Wall;
  readonly items: readonly T[];
}

/** Give things by the day of the viewer's clock on which they happened, in the order in which they come. */
export function byDay<T>(
  things: readonly T[],
  momentOf: (thing: T) => string,
  zone: string,
): readonly Day<T>[] {
  const days = new Map<Wall, T[]>();
  for (const thing of things) {
    const date = wallAt(Date.parse(momentOf(thing)), zone).slice(0, 10);
    const known = days.get(date);
    if (known) known.push(thing);
    else days.set(date, [thing]);
  }
  return [...days].map(([date, items]) => ({ date, items }));
}
