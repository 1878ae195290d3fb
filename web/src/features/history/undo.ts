import { taken } from "#/api/client";
import { randomUuid } from "#/api/uuid";
import type { App } from "#/app/app.svelte";

/** Tell that something was done, and offer to take it back; `done` follows where that was taken. */
export function sayUndoable(
  app: App,
  text: string,
  changeSet: string | null,
  done: () => void | Promise<void>,
): void {
  const header = { "Idempotency-Key": randomUuid() };
  async function undo(): Promise<void> {
    const path = { change_set_id: changeSet ?? "" };
    try {
      await taken(app.api.POST("/api/v1/change-sets/{change_set_id}/undo", { params: { path, header } }));
      app.notices.say(app.t("history.was_undone"));
      await done();
    } catch (error) {
      app.notices.fail(error, app.t);
    }
  }
  app.notices.say(text, changeSet === null ? undefined : { label: app.t("app.undo"), run: undo });
}
