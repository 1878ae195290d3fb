import { channelName } from "#/features/notifications/labels";
import type { Key, Translate } from "#/text/words.svelte";

const TASKS: Readonly<Record<string, Key>> = {
  "reminders.fire": "jobs.task_reminders_fire",
  "reminders.alone": "jobs.task_reminders_alone",
  "reminders.plan": "jobs.task_reminders_plan",
  "reminders.replan": "jobs.task_reminders_plan",
  "calls.place": "jobs.task_call_place",
  "calls.watch": "jobs.task_call_watch",
  "calls.hang_up": "jobs.task_call_hang_up",
  "calls.batch": "jobs.task_call_batch",
};
const DELIVER = "reminders.deliver.";

/** Say what a job does; what this app does not know is called as the server calls it. */
export function taskName(task: string, t: Translate): string {
  const key = TASKS[task];
  if (key) return t(key);
  if (!task.startsWith(DELIVER)) return task;
  return t("jobs.task_deliver", { channel: channelName(task.slice(DELIVER.length), t) });
}
