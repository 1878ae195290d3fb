import type { Occurrence } from "#/api/schema";
import { type WallTimes, wallTimes } from "#/features/calendar/drawn";
import { weekStart, type Weekday } from "#/features/calendar/views";
import { plusDays, type Wall } from "#/time/zoned";

/** When something was or will be, as the server writes it; a cancelled one takes no time. */
export interface Moment {
  readonly title: string;
  readonly start: string;
  readonly end: string;
  readonly status?: string;
}

/** What becomes of one event: made where there is no `before`, gone where there is no `after`. */
export interface Change {
  readonly event_id: string;
  /** Which occurrence of a series; null where the event happens once, or all of it changes. */
  readonly recurrence_key: string | null;
  readonly before: Moment | null;
  readonly after: Moment | null;
  /** What it is called by where there is room for no more. */
  readonly label?: string;
}

/** How something stands out: what changes, where it was, what it is in the way of; the rest keeps still. */
export type Emphasis = "still" | "clash" | "changed" | "trace" | "gone";

/** Something drawn; `change` is the place in the list of changes of that which concerns it. */
export interface Block {
  readonly title: string;
  readonly times: WallTimes;
  readonly emphasis: Emphasis;
  readonly color: string;
  readonly change?: number;
}

/** The part of a block that lies in one day: minutes since midnight, and its place beside what overlaps it. */
export interface Piece {
  readonly block: Block;
  readonly from: number;
  readonly to: number;
  readonly lane: number;
  readonly lanes: number;
}

export interface PicturedDay {
  readonly date: Wall;
  /** Something changes on it: it gets more room than others. */
  readonly wide: boolean;
}

/** Two drawings of the same days, on the same hours. */
export interface Scene {
  readonly days: readonly PicturedDay[];
  readonly hours: { readonly from: number; readonly to: number };
  readonly before: readonly Block[];
  readonly after: readonly Block[];
}

export interface Scenery {
  readonly occurrences: readonly Occurrence[];
  readonly changes: readonly Change[];
  readonly dates: readonly PicturedDay[];
  readonly zone: string;
  readonly color: (occurrence: Occurrence) => string;
  /** Whether an occurrence is one of those that clash. */
  readonly clashes?: (occurrence: Occurrence) => boolean;
}

const DAY = 24 * 60;
const SHORTEST = 15; // minutes that a piece is drawn as at least, to be seen
const FEWEST_HOURS = 6;
const OFFICE = { from: 8, to: 18 }; // where there is nothing to go by

/** Give the wall times of a moment on the clock of a zone. */
export function timesOf(moment: Moment, zone: string): WallTimes {
  const { start, end } = moment;
  const all_day = start.length === 10;
  return wallTimes({ start, end, all_day, floating: !all_day && !/(Z|[+-]\d\d:\d\d)$/.test(start) }, zone);
}

/** Give the dates on which something changes, each once, in order. */
export function datesOfChanges(changes: readonly Change[], zone: string): readonly Wall[] {
  const dates = changes.flatMap(({ before, after }) =>
    [before, after].flatMap((moment) => (moment ? datesIn(timesOf(moment, zone)) : [])),
  );
  return [...new Set(dates)].sort();
}

/**
 * Give the days to draw around those on which something changes: their week; where no week holds them all the
 * seven days from the first; where they lie further apart, themselves.
 */
export function daysAround(dates: readonly Wall[], firstDay: Weekday): readonly PicturedDay[] {
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return [];
  const monday = weekStart(first, firstDay);
  if (last < plusDays(monday, 7)) return daysFrom(monday, dates);
  if (last < plusDays(first, 7)) return daysFrom(first, dates);
  return dates.map((date) => ({ date, wide: false }));
}

/** Give a week of days; those on which something changes are wide, unless most are. */
export function daysFrom(start: Wall, changing: readonly Wall[]): readonly PicturedDay[] {
  const dates = Array.from({ length: 7 }, (_, index) => plusDays(start, index));
  const few = dates.filter((date) => changing.includes(date)).length <= 3;
  return dates.map((date) => ({ date, wide: few && changing.includes(date) }));
}

/** Give both drawings. */
export function sceneOf({ occurrences, changes, dates, zone, color, clashes }: Scenery): Scene {
  const before: Block[] = [];
  const after: Block[] = [];
  const met = new Set<number>();
  for (const occurrence of occurrences) {
    if (occurrence.status === "cancelled") continue;
    const times = wallTimes(occurrence, zone);
    const drawn = { title: occurrence.title, times, color: color(occurrence) };
    const index = changes.findIndex((change) => isOf(occurrence, change));
    const change = changes[index];
    if (!change) {
      before.push({ ...drawn, emphasis: clashes?.(occurrence) ? "clash" : "still" });
      after.push({ ...drawn, emphasis: "still" });
      continue;
    }
    met.add(index);
    before.push({ ...drawn, emphasis: "changed", change: index });
    after.push(...afterwards({ ...drawn, emphasis: "changed", change: index }, change, zone));
  }
  // What was not among the occurrences: new events, and those that come from other days than were read.
  changes.forEach((change, index) => {
    if (met.has(index)) return;
    const block = (moment: Moment): Block => ({
      title: moment.title,
      times: timesOf(moment, zone),
      emphasis: "changed",
      color: "var(--accent)",
      change: index,
    });
    if (change.before) before.push(block(change.before));
    if (change.before) after.push(...afterwards(block(change.before), change, zone));
    else if (change.after) after.push(block(change.after));
  });
  return { days: dates, hours: hoursOf([...before, ...after], dates), before, after };
}

/** Give the pieces of blocks that lie in a day, beside each other where they overlap. */
export function piecesOf(blocks: readonly Block[], date: Wall): readonly Piece[] {
  const pieces = blocks
    .filter((block) => !block.times.allDay)
    .map((block) => ({
      block,
      from: minutesInto(date, block.times.start),
      to: minutesInto(date, block.times.end),
    }))
    .filter(({ from, to }) => from < DAY && to > 0)
    .map(({ block, from, to }) => {
      const clipped = Math.min(Math.max(from, 0), DAY - SHORTEST);
      return { block, from: clipped, to: Math.max(Math.min(to, DAY), clipped + SHORTEST), lane: 0, lanes: 1 };
    })
    .sort((a, b) => a.from - b.from || b.to - a.to);
  // Where something was is drawn behind the rest, and takes nothing's room.
  const behind = pieces.filter(({ block }) => isTrace(block));
  return [...behind, ...inLanes(pieces.filter(({ block }) => !isTrace(block)))];
}

/** Give the blocks that fill a whole day. */
export function allDayOn(blocks: readonly Block[], date: Wall): readonly Block[] {
  return blocks.filter(({ times }) => times.allDay && times.start <= date && date < times.end);
}

/** Give the whole hours between which everything lies. */
export function hoursOf(
  blocks: readonly Block[],
  days: readonly PicturedDay[],
): { readonly from: number; readonly to: number } {
  const pieces = days.flatMap(({ date }) => piecesOf(blocks, date));
  if (!pieces.length) return OFFICE;
  const from = Math.floor(Math.min(...pieces.map((each) => each.from)) / 60);
  const to = Math.ceil(Math.max(...pieces.map((each) => each.to)) / 60);
  const missing = Math.max(0, FEWEST_HOURS - (to - from));
  const earlier = Math.min(from, Math.ceil(missing / 2));
  return { from: from - earlier, to: Math.min(24, to + missing - earlier) };
}

function isOf(occurrence: Occurrence, { event_id, recurrence_key }: Change): boolean {
  return (
    event_id === occurrence.id && (recurrence_key ?? occurrence.recurrence_key) === occurrence.recurrence_key
  );
}

function afterwards(block: Block, { before, after }: Change, zone: string): readonly Block[] {
  if (!after || after.status === "cancelled") return [{ ...block, emphasis: "gone" }];
  // Of a series that changes whole, each occurrence goes as far as the first does.
  const start = shifted(block.times.start, before, after, "start", zone);
  const end = shifted(block.times.end, before, after, "end", zone);
  const times = { start, end, allDay: after.start.length === 10 };
  if (start === block.times.start && end === block.times.end) return [{ ...block, title: after.title }];
  return [
    { ...block, emphasis: "trace" },
    { ...block, title: after.title, times },
  ];
}

function shifted(at: Wall, before: Moment | null, after: Moment, end: "start" | "end", zone: string): Wall {
  const to = timesOf(after, zone)[end];
  const from = before && timesOf(before, zone)[end];
  if (!from || from === at || from.length !== to.length) return to;
  const moved = new Date(utc(at) + utc(to) - utc(from)).toISOString();
  return moved.slice(0, at.length);
}

function inLanes(pieces: readonly Piece[]): readonly Piece[] {
  const placed: Piece[] = [];
  let group: Piece[] = [];
  let ends: number[] = []; // of the last piece in each lane of the group
  const close = () => {
    placed.push(...group.map((piece) => ({ ...piece, lanes: ends.length })));
    group = [];
    ends = [];
  };
  for (const piece of pieces) {
    if (ends.every((end) => end <= piece.from)) close();
    const free = ends.findIndex((end) => end <= piece.from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = piece.to;
    group.push({ ...piece, lane });
  }
  close();
  return placed;
}

function isTrace(block: Block): boolean {
  return block.emphasis === "trace" || block.emphasis === "gone";
}

function datesIn({ start, end }: WallTimes): readonly Wall[] {
  const dates = [start.slice(0, 10)];
  for (let date = plusDays(start, 1); utc(date) < utc(end) && dates.length < 31; date = plusDays(date, 1))
    dates.push(date);
  return dates;
}

function minutesInto(date: Wall, wall: Wall): number {
  return (utc(wall) - utc(date)) / 60_000;
}

function utc(wall: Wall): number {
  return Date.parse(wall.length === 10 ? `${wall}T00:00:00Z` : `${wall}Z`);
}
