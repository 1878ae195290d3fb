import type { SlotShown } from "#/api/schema";

const OFFERED = 3;

/** Give the first few free times that do not overlap one another. */
export function apart(slots: readonly SlotShown[]): SlotShown[] {
  const chosen: SlotShown[] = [];
  let end = -Infinity;
  for (const slot of slots) {
    if (Date.parse(slot.start) < end) continue;
    chosen.push(slot);
    end = Date.parse(slot.end);
    if (chosen.length === OFFERED) break;
  }
  return chosen;
}
