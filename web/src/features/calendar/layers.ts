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

const LINE = 30 * 60_000; // milliseconds that leave a title free
const SMALLEST = 22.5 * 60_000; // as high as anything is drawn at least
const TWO_LINES = 2 * LINE; // and that show times below it
const INDENT = 1 / 7; // of the width of what lies below
const FAR = 0.5; // of the day's width: what would begin further in begins at its edge where that is free
const NARROW = 0.3; // of the day's width: nothing is laid on others where it would have less

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
 * about the same time stands side by side: columns for all that overlaps would have no room for a word. What
 * comes next goes on in a column of theirs that is free, and in a further one where on them is no room.
 */
export function layersOf(spans: readonly (readonly [number, number])[]): readonly Layer[] {
  const placed = spans.map(([start, end]) => {
    return { start, end: Math.max(end, start + SMALLEST), from: 0, width: 1, free: Infinity };
  });
  let rest = [...placed].sort((one, other) => one.start - other.start || other.end - one.end);
  let below: typeof placed = []; // what still goes on
  for (let first = rest[0]; first; first = rest[0]) {
    const begun = first.start;
    below = below.filter(({ end }) => end > begun);
    const [left, right] = room(below);
    const { columnOf, columns } = columnsOf(rest, right - left);
    const together = rest.slice(0, columnOf.length);
    rest = rest.slice(together.length);
    const width = (right - left) / columns;
    for (const [index, each] of together.entries()) {
      each.from = left + width * (columnOf[index] ?? 0);
      each.width = width;
    }
    for (const each of below) each.free = Math.min(each.free, begun - each.start);
    below.push(...together);
  }
  return placed;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Give from where to where something lies so that an edge shows of each that it lies on. */
function room(below: readonly { from: number; width: number }[]): readonly [number, number] {
  const left = Math.max(0, ...below.map(({ from }) => from + (1 - from) * INDENT));
  const right = Math.min(1, ...below.map(({ from, width }) => from + width * (1 - INDENT)));
  const isFreeAtTheLeft = below.every(({ from }) => from >= INDENT);
  return left > FAR && isFreeAtTheLeft ? [0, right] : [left, 1];
}

/** Choose columns for those of the spans, in order of start, that stand side by side in so much width. */
function columnsOf(spans: readonly Span[], width: number): { columnOf: number[]; columns: number } {
  const ends: number[] = []; // of what is last in each column
  const columnOf: number[] = [];
  const begun = spans[0]?.start ?? 0;
  let title = 0; // until when one of theirs is not to be covered
  for (const { start, end } of spans) {
    const free = ends.findIndex((each) => each <= start);
    const last = ends.findLastIndex((each) => each > start); // column where something goes on
    const hasRoomOnThem = last < 0 || width * (1 - (last + INDENT) / ends.length) >= NARROW;
    if (start >= begun + LINE && (free < 0 || start >= title) && hasRoomOnThem) break;
    const column = free < 0 ? ends.length : free;
    ends[column] = end;
    columnOf.push(column);
    title = start + LINE;
  }
  return { columnOf, columns: ends.length };
}
