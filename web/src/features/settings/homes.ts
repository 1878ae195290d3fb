import type { App } from "#/app/app.svelte";

/** Go to another workspace of the account, and there to the calendar; say so where that cannot be done. */
export async function switchTo(app: App, member: string): Promise<void> {
  try {
    await app.session.switchTo(member);
    app.router.go("/calendar");
  } catch (error) {
    app.notices.fail(error, app.t);
  }
}
