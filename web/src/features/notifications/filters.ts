import type { DeliveryState } from "#/api/schema";

import { STATES } from "./labels";

/** Which deliveries are listed; null does not choose. */
export interface Filters {
  readonly who: string | null;
  readonly channel: string | null;
  readonly state: DeliveryState | null;
  readonly notification: string | null;
}

/** Read filters from the address; what is none there does not choose. */
export function filtersOf(query: URLSearchParams): Filters {
  return {
    who: matching(query.get("who"), /^[0-9a-f-]{36}$/),
    channel: matching(query.get("channel"), /^[a-z][a-z0-9_]{0,31}$/),
    state: STATES.find((each) => each === query.get("state")) ?? null,
    notification: matching(query.get("of"), /^[0-9a-f-]{36}$/),
  };
}

function matching(text: string | null, pattern: RegExp): string | null {
  return text !== null && pattern.test(text) ? text : null;
}
