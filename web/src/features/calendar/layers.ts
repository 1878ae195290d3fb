import type { Wall } from "#/time/zoned";

/** What lies on a day's hours, or across midnight on those of two days. `end` is exclusive. */
export interface Lying {
  readonly start: Wall;
  readonly end: Wall;
  readonly allDay?: boolean | undefined;
  readonly styles?: string[] | undefined;
  readonly classNames?: string[] | undefined;
}

/** Where something lies in the width of its day, and how much of it is free of what lies on it. */
export interface Layer {
  /** Where it begins, and how wide it is: shares of the day's width. */
  readonly from: number;
  readonly width: number;
  /** Milliseconds from its start until something lies on it; infinite where nothing does. */
  readonly free: number;
}

const LINE = 30 * 60_000; // milliseconds that show a title
const TWO_LINES = 2 * LINE; // and that show times below it
const INDENT = 1 / 7; // of the width of what lies below

/** Have events that overlap drawn on one another, so that each shows where it is and what it is called. */
export function layered<T extends Lying>(events: readonly T[]): T[] {
  const timed = events.filter((each) => !each.allDay);
  const layers = layersOf(timed.map(({ start, end }) => [Date.parse(`${start}Z`), Date.parse(`${end}Z`)]));
  const layerOf = new Map(timed.map((each, index) => [each, layers[index]]));
  return events.map((each) => {
    const layer = layerOf.get(each);
    if (!layer || (layer.width === 1 && layer.free === Infinity)) return each;
    const { from, width, free } = layer;
    return {
      ...each,
      styles: [...(each.styles ?? []), `--from: ${from.toFixed(4)}`, `--width: ${width.toFixed(4)}`],
      classNames: [...(each.classNames ?? []), ...(free < TWO_LINES ? ["brief"] : [])],
    };
  });
}

/**
 * Lay spans, each [start, end) in milliseconds, on one another.
 *
 * What begins later lies on what goes on, a little narrower, and leaves its title free. Only what begins at
 * about the same time stands side by side: columns for all that overlaps would have no room for a word.
 */
export function layersOf(spans: readonly (readonly [number, number])[]): readonly Layer[] {
  const placed = spans.map(([start, end], index) => {
    return { index, start, end: Math.max(end, start + LINE), from: 0, width: 1, free: Infinity };
  });
  const inOrder = [...placed].sort((one, other) => one.start - other.start || other.end - one.end);
  let below: typeof placed = []; // what still goes on
  for (let rest = inOrder, first = rest[0]; first; first = rest[0]) {
    const begun = first.start;
    const together = rest.filter(({ start }) => start < begun + LINE);
    rest = rest.slice(together.length);
    below = below.filter(({ end }) => end > begun);
    const ends: number[] = []; // of what is last in each column
    const columnOf = together.map(({ start, end }) => {
      const free = ends.findIndex((each) => each <= start);
      const column = free < 0 ? ends.length : free;
      ends[column] = end;
      return column;
    });
    const left = below.reduce((most, { from }) => Math.max(most, from + (1 - from) * INDENT), 0);
    const width = (1 - left) / ends.length;
    for (const [index, each] of together.entries()) {
      each.from = left + width * (columnOf[index] ?? 0);
      each.width = width;
    }
    for (const each of below) each.free = Math.min(each.free, begun - each.start);
    below.push(...together);
  }
  return placed;
}
