import type { Retries } from "#/api/schema";

export const RETRIED = ["busy", "no_answer", "machine", "failed"] as const;
export type Retried = (typeof RETRIED)[number];

/** How often and how long after an outcome a call is tried again, as the inputs hold it; empty: as is usual. */
export interface RetryLine {
  readonly times: number | null;
  readonly minutes: number | null;
}

export type RetryLines = Readonly<Record<Retried, RetryLine>>;

const USUAL: RetryLine = { times: null, minutes: null };

/** Give a call's own rules as the form's one value. */
export function packedRetries(rules: Readonly<Record<string, unknown>>): string {
  const line = (outcome: Retried) => (rules[outcome] as RetryLine | undefined) ?? USUAL;
  return JSON.stringify(Object.fromEntries(RETRIED.map((outcome) => [outcome, line(outcome)])));
}

export function retryLines(packed: string): RetryLines {
  return JSON.parse(packed) as RetryLines;
}

/** Give the rules that the lines say, without those that are as is usual. */
export function retriesOf(packed: string): Partial<Retries> {
  const lines = retryLines(packed);
  const said = RETRIED.flatMap((outcome) => {
    const { times, minutes } = lines[outcome];
    return times === null || minutes === null ? [] : [[outcome, { times, minutes }] as const];
  });
  return Object.fromEntries(said);
}
