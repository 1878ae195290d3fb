import type { CalendarShown } from "#/api/schema";
import type { Household } from "#/app/household.svelte";

/** Give the calendar that a new event goes into unless another is chosen: one's own, or that of a member. */
export function homeCalendar(household: Household, member?: string): CalendarShown | undefined {
  const owned = (id: string) => household.writable.find(({ owner_member_id }) => owner_member_id === id);
  return (member ? owned(member) : undefined) ?? owned(household.actor.member_id) ?? household.writable[0];
}
