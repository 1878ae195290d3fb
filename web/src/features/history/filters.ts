import type { Source } from "#/api/schema";

export const SOURCES: readonly Source[] = [
  "user",
  "import",
  "resolution",
  "auto_resolve",
  "optimise",
  "undo",
  "demo",
];

/** Whose changes are listed, and where they came from; null does not choose. */
export interface Filters {
  readonly who: string | null;
  readonly source: Source | null;
}

/** Read filters from the address; what is none there does not choose. */
export function filtersOf(query: URLSearchParams): Filters {
  const who = query.get("who");
  return {
    who: who && /^[0-9a-f-]{36}$/.test(who) ? who : null,
    source: SOURCES.find((each) => each === query.get("source")) ?? null,
  };
}
