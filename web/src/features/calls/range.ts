import { isDate, plusDays, type Wall } from "#/time/zoned";

/** Days that figures are of, the last one with them. */
export interface Days {
  readonly from: Wall;
  readonly to: Wall;
}

const MOST = 365; // the server's figures go over a year at most

/** How many days back are offered. */
export const SPANS = [7, 30, 90] as const;

/** Give the last days up to today. */
export function lastDays(count: number, today: Wall): Days {
  return { from: plusDays(today, 1 - count), to: today };
}

/** Read the days from the address: the last week where it says none, or none that can be. */
export function rangeOf(query: URLSearchParams, today: Wall): Days {
  const [from, to] = [query.get("from") ?? "", query.get("to") ?? ""];
  if (!isDate(from) || !isDate(to) || from > to) return lastDays(SPANS[0], today);
  const earliest = plusDays(to, 1 - MOST);
  return { from: from < earliest ? earliest : from, to };
}
