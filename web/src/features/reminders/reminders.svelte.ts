import { type Api, ifMatch, taken } from "#/api/client";
import { Query } from "#/api/query.svelte";
import type { PageOfReminderShown, ReminderShown } from "#/api/schema";
import type { Household } from "#/app/household.svelte";
import type { Stored } from "#/parts/edit.svelte";
import type { Store } from "#/parts/saving.svelte";

import { creationOf, patchOf, type ReminderFields, storedOf } from "./reminder";

const AT_ONCE = 200; // of the 500 that one may have

/** A member's reminders, perhaps those of one event alone, and what can be done to them. */
export class Reminders {
  readonly query: Query<readonly ReminderShown[]>;
  #api: Api;
  #household: Household;
  #whose: () => string;

  /** `whose` gives the member at each request. */
  constructor(api: Api, household: Household, whose: () => string, event?: string) {
    this.#api = api;
    this.#household = household;
    this.#whose = whose;
    this.query = new Query(async (signal) => {
      const found: ReminderShown[] = [];
      let cursor: string | null | undefined;
      do {
        const query = { member: whose(), event, cursor, limit: AT_ONCE };
        const page: PageOfReminderShown = await taken(
          api.GET("/api/v1/reminders", { params: { query }, signal }),
        );
        found.push(...page.items);
        cursor = page.next;
      } while (cursor);
      return found;
    });
  }

  /** How a form saves a reminder: one that is kept, or (null) one to be made. */
  store(kept: ReminderShown | null): Store<ReminderFields> {
    const { zone } = this.#household;
    const stored = (reminder: ReminderShown): Stored<ReminderFields> => storedOf(reminder, zone, Date.now());
    if (kept === null)
      return {
        read: () => Promise.reject(new Error("It is not stored yet.")),
        write: async ({ typed, once }) => {
          const body = creationOf(typed, this.#whose(), zone);
          return stored(await taken(this.#api.POST("/api/v1/reminders", { params: { header: once }, body })));
        },
      };
    const path = { reminder_id: kept.id };
    return {
      read: async () =>
        stored(await taken(this.#api.GET("/api/v1/reminders/{reminder_id}", { params: { path } }))),
      write: async ({ typed, changes, version, once }) => {
        const params = { path, header: { ...ifMatch(version), ...once } };
        const body = patchOf(typed, changes, zone);
        return stored(await taken(this.#api.PATCH("/api/v1/reminders/{reminder_id}", { params, body })));
      },
    };
  }

  async remove({ id, version }: ReminderShown): Promise<void> {
    const params = { path: { reminder_id: id }, header: ifMatch(version) };
    await taken(this.#api.DELETE("/api/v1/reminders/{reminder_id}", { params }));
    await this.query.refresh();
  }

  /** Make one that comes some minutes before an event, each time. */
  async addBefore(event: string, minutes: number): Promise<void> {
    const body = { member_id: this.#whose(), event_id: event, minutes };
    await taken(this.#api.POST("/api/v1/reminders", { body }));
    await this.query.refresh();
  }
}
