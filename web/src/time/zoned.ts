/**
 * Wall times and instants. A wall time is what clocks in a zone show: `2026-03-04T18:00:00`, or of an all-day
 * event a date; an instant is milliseconds since 1970.
 *
 * The server resolves what people enter; this only shows instants on the clock of a zone, and the other way
 * round for what is dragged.
 */
export type Wall = string;

const QUARTER = 15 * 60_000; // every zone's offset has changed on a quarter of an hour since 1972
const MINUTE = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/** Give how far ahead of UTC clocks in the zone are at an instant, in milliseconds. */
export function offsetAt(instant: number, zone: string): number {
  const quarter = Math.floor(instant / QUARTER);
  let known = offsets.get(zone);
  if (!known) offsets.set(zone, (known = new Map()));
  let offset = known.get(quarter);
  if (offset === undefined) known.set(quarter, (offset = lookUp(quarter * QUARTER, zone)));
  return offset;
}

/** Give what clocks in the zone show at an instant. */
export function wallAt(instant: number, zone: string): Wall {
  return new Date(instant + offsetAt(instant, zone)).toISOString().slice(0, 19);
}

/** Give the instant of a wall time; one that clocks skip uses the offset before, one that repeats its first pass. */
export function instantOf(wall: Wall, zone: string): number {
  const asUtc = Date.parse(`${wall.length === 10 ? `${wall}T00:00:00` : wall}Z`);
  const before = offsetAt(asUtc - 86_400_000, zone);
  const first = asUtc - before;
  if (offsetAt(first, zone) === before) return first;
  const second = asUtc - offsetAt(first, zone);
  return offsetAt(second, zone) === offsetAt(first, zone) ? second : first;
}

/** Give an instant as the server reads it, with the offset of the zone: `2026-03-04T18:00:00+01:00`. */
export function isoAt(instant: number, zone: string): string {
  return wallAt(instant, zone) + offsetText(offsetAt(instant, zone));
}

/** Give an offset as `+01:00`. */
export function offsetText(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Give the date of a wall time some days later. */
export function plusDays(date: Wall, days: number): Wall {
  const moved = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** Say whether a text is a date that there is. */
export function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
}

/** Say whether the browser knows the zone. */
export function isZone(name: string): boolean {
  try {
    formatIn(name);
    return true;
  } catch {
    return false;
  }
}

function lookUp(instant: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatIn(zone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
}

function formatIn(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  return format;
}
