import { type Api, taken } from "#/api/client";
import { Pages } from "#/api/pages.svelte";
import type { NotificationShown } from "#/api/schema";

/** What somebody was told, newest first, and what they have read of it. */
export class Inbox {
  readonly pages: Pages<NotificationShown>;
  #api: Api;

  /** `unread` says whether only that is wanted; asked at each reading. */
  constructor(api: Api, unread: () => boolean) {
    this.#api = api;
    this.pages = new Pages(
      (cursor, signal) => {
        const query = { cursor, unread: unread() || undefined };
        return taken(api.GET("/api/v1/notifications", { params: { query }, signal }));
      },
      (each) => each.id,
    );
  }

  /** Note that one was read, or that it is to be looked at again. */
  async mark({ id }: NotificationShown, read: boolean): Promise<void> {
    const path = { notification_id: id };
    await taken(
      this.#api.PUT("/api/v1/notifications/{notification_id}/read", { params: { path }, body: { read } }),
    );
    await this.pages.refresh();
  }

  /** Note that all were read, up to the newest that is shown: what came since is still to be seen. */
  async markAll(): Promise<void> {
    const up_to = this.pages.items?.[0]?.id;
    await taken(this.#api.POST("/api/v1/notifications/read", { body: { up_to } }));
    await this.pages.refresh();
  }
}

/** Give where in the app one leads; undefined where there is nothing more to see of it. */
export function addressOf(told: NotificationShown): string | undefined {
  // What was cancelled is to be found in the history alone.
  if (told.name === "event.cancelled") return `/history/${told.change_set_id}`;
  if (told.event_id) return addressOfEvent(told.event_id, told.occurrence);
  if (told.call_id) return `/calls/${told.call_id}`;
  if (told.change_set_id) return `/history/${told.change_set_id}`;
  if (told.reminder_id) return `/reminders/${told.reminder_id}`;
  return undefined;
}

/** Give the address that opens an event in the calendar. */
export function addressOfEvent(event: string, occurrence: string | null): string {
  return `/calendar?${new URLSearchParams({ event, ...(occurrence ? { occurrence } : {}) })}`;
}
