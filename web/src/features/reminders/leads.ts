import type { App } from "#/app/app.svelte";
import { severalOf } from "#/parts/several";

/** How long before an event people usually want to be reminded, in minutes. */
const USUAL = [0, 5, 10, 15, 30, 60, 120, 1440, 2880, 10080];

type Saying = Pick<App, "t" | "formats">;

/** Say how long before an event a reminder comes; less than nothing is after it began. */
export function leadName(minutes: number, app: Saying): string {
  if (minutes === 0) return app.t("reminders.at_start");
  const lead = app.formats.minutes(Math.abs(minutes));
  return app.t(minutes > 0 ? "reminders.before" : "reminders.after", { lead });
}

/** Give what can be chosen of such times: what was set elsewhere is offered beside the usual ones. */
export function leadOptions(
  chosen: string,
  app: Saying,
): readonly { value: string; label: string; title: string }[] {
  return [...new Set([...USUAL, ...severalOf(chosen).map(Number)])]
    .sort((one, other) => one - other)
    .map((minutes) => ({
      value: String(minutes),
      label: leadName(minutes, app),
      title: leadName(minutes, app),
    }));
}
