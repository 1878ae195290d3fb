import { taken } from "#/api/client";
import type { OperationShown, OutcomeShown } from "#/api/schema";
import type { App } from "#/app/app.svelte";
import type { WallTimes } from "#/features/calendar/drawn";
import type { Formats } from "#/text/formats.svelte";
import { instantOf } from "#/time/zoned";

const MOST_TOLD = 2; // a notice is a short word

/** Say when something is, on the clock of a zone. */
export function timesInWords({ start, end, allDay }: WallTimes, zone: string, formats: Formats): string {
  return allDay
    ? formats.dates(start, end)
    : formats.range(instantOf(start, zone), instantOf(end, zone), zone);
}

/** Tell what a change did besides what was asked: what it clashes with, what it moved, what found no time. */
export function consequences(outcome: OutcomeShown, app: App, zone: string): string[] {
  const moved = outcome.moved.map(({ before, after }: OperationShown) =>
    after
      ? app.t("events.moved_aside", {
          title: after.title,
          when: app.formats.span(after.start, after.end, zone),
        })
      : (before?.title ?? ""),
  );
  const clashes = outcome.conflicts.map(({ sentence }) => sentence);
  const told = [...moved, ...outcome.unplaced.map(({ sentence }) => sentence), ...clashes];
  const rest = told.length - MOST_TOLD;
  return rest > 0 ? [...told.slice(0, MOST_TOLD), app.t("events.and_more", { count: rest })] : told;
}

/** Say that a change was made, with all that came of it, and offer to take it back. */
export function tellChange(
  app: App,
  zone: string,
  { text, outcome, refresh }: { text: string; outcome: OutcomeShown; refresh: () => void },
): void {
  const sentences = [text, ...consequences(outcome, app, zone)].filter(Boolean);
  tell(app, sentences.join(" · "), outcome.change_set_id, refresh);
}

/** Say something about a change set, and offer to take it back. */
export function tell(app: App, text: string, changeSet: string | null, refresh: () => void): void {
  app.notices.say(
    text,
    changeSet ? { label: app.t("app.undo"), run: () => undo(app, changeSet, refresh) } : undefined,
  );
}

/** Take a change set back, and say so. */
export async function undo(app: App, changeSet: string, refresh: () => void): Promise<void> {
  try {
    const path = { change_set_id: changeSet };
    await taken(app.api.POST("/api/v1/change-sets/{change_set_id}/undo", { params: { path } }));
    app.notices.say(app.t("events.undone"));
  } catch (error) {
    app.notices.fail(error, app.t);
  }
  refresh();
}
