import type { CallDetail, CallStep } from "#/api/schema";
import type { App } from "#/app/app.svelte";
import type { Key } from "#/text/words.svelte";

/** What is told of a step by its reason; one that we do not know is told by the states alone. */
const SENTENCES: Readonly<Record<string, Key>> = {
  created: "calls.step_created",
  due: "calls.step_due",
  dialled: "calls.step_dialled",
  completed: "calls.step_completed",
  busy: "calls.step_busy",
  no_answer: "calls.step_no_answer",
  machine: "calls.step_machine",
  failed: "calls.step_failed",
  quiet_hours: "calls.step_quiet_hours",
  number_limit: "calls.step_number_limit",
  do_not_call: "calls.step_do_not_call",
  no_telephone: "calls.step_no_telephone",
  missed: "calls.step_missed",
  paused: "calls.step_paused",
  resumed: "calls.step_resumed",
  cancelled: "calls.step_cancelled",
  hastened: "calls.step_hastened",
  restored: "calls.step_restored",
  moved: "calls.step_moved",
  event_cancelled: "calls.step_event_cancelled",
  event_completed: "calls.step_event_completed",
  event_deleted: "calls.step_event_deleted",
  no_runs_left: "calls.step_no_runs_left",
};
const ENDS_A_RUN: ReadonlySet<string> = new Set([
  ...["completed", "busy", "no_answer", "machine", "failed", "cancelled"],
  ...["do_not_call", "no_telephone", "missed"],
]);

/** A step in words: what happened, and what that led to. */
export interface Told {
  readonly step: CallStep;
  readonly sentence: string;
  readonly then: string | null;
}

/** Tell how a call came to where it stands, the newest step first. */
export function toldHistory(call: CallDetail, app: App, zone: string): readonly Told[] {
  const moment = (text: string) => app.formats.moment(Date.parse(text), zone);
  return call.history
    .map((step, index) => {
      const following = call.history[index + 1];
      return { step, sentence: said(step, app, moment), then: led(step, (following ?? call).due_at, app) };
    })
    .reverse();
}

function said(
  { reason, due_at, detail, after }: CallStep,
  app: App,
  moment: (text: string) => string,
): string {
  const key = SENTENCES[reason];
  const { until, attempt } = detail as { until?: string; attempt?: number };
  if (!key) return app.t("calls.step_unknown", { state: app.t(`calls.state_${after}`) });
  return app.t(key, {
    due: due_at ? moment(due_at) : "",
    until: until ? moment(until) : "",
    attempt: attempt ?? 1,
  });
}

// A run that is over is followed by another attempt at it, by the next run of the series, or by nothing.
function led({ reason, after, due_at }: CallStep, dueThen: string | null, app: App): string | null {
  if (!ENDS_A_RUN.has(reason)) return null;
  if (after === "scheduled") return app.t(dueThen === due_at ? "calls.then_again" : "calls.then_next");
  return after === "failed" ? app.t("calls.then_failed") : null;
}
