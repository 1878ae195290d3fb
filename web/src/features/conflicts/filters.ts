import type { ConflictKind, Severity } from "#/api/schema";

export const KINDS: readonly ConflictKind[] = ["time_conflict", "resource_conflict", "constraint_violation"];
export const SEVERITIES: readonly Severity[] = ["low", "medium", "high", "critical"];

/** Which conflicts are listed; null does not choose. */
export interface Filters {
  /** `member:ID` or `resource:ID`: whose time, or what, is wanted twice. */
  readonly whose: string | null;
  readonly kind: ConflictKind | null;
  /** The mildest that is listed. */
  readonly least: Severity | null;
  /** Also those that somebody chose to live with. */
  readonly ignored: boolean;
}

/** Read filters from the address; what is none there does not choose. */
export function filtersOf(query: URLSearchParams): Filters {
  const whose = query.get("whose");
  return {
    whose: whose && /^(member|resource):[\w-]{1,64}$/.test(whose) ? whose : null,
    kind: KINDS.find((each) => each === query.get("kind")) ?? null,
    least: SEVERITIES.find((each) => each === query.get("least")) ?? null,
    ignored: query.get("ignored") === "yes",
  };
}

/** Say whether filters leave anything out. */
export function narrows({ whose, kind, least }: Filters): boolean {
  return whose !== null || kind !== null || least !== null;
}

/** Give filters as the parameters that the server takes. */
export function asked({ whose, kind, least, ignored }: Filters) {
  const [what, id] = whose?.split(":") ?? [];
  return {
    ...(what === "member" && id ? { member: [id] } : {}),
    ...(what === "resource" && id ? { resource: [id] } : {}),
    ...(kind ? { kind: [kind] } : {}),
    ...(least ? { severity: SEVERITIES.slice(SEVERITIES.indexOf(least)) } : {}),
    ignored,
  };
}
