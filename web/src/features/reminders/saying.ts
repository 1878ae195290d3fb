import type { ReminderShown } from "#/api/schema";
import type { App } from "#/app/app.svelte";
import { channelName } from "#/features/notifications/labels";
import { dayName } from "#/features/rules/reading";
import { DAYS } from "#/features/rules/rule";
import { severalOf } from "#/parts/several";

import { leadName } from "./leads";
import { areWorkdays, clockOf, plainOf } from "./pattern";
import type { ReminderFields } from "./reminder";

/** Say when a pattern comes; one that choices cannot say stands as it is. */
export function sayCron(cron: string, app: App): string {
  const plain = plainOf(cron);
  if (!plain) return app.t("reminders.by_pattern", { pattern: cron });
  const { days, minute, hours } = plain;
  const times = app.formats.together(hours.map((hour) => app.formats.clock(clockOf(hour, minute))));
  if (days.length === DAYS.length) return app.t("reminders.every_day_at", { times });
  const names = areWorkdays(days)
    ? app.t("events.repeat_workdays")
    : app.formats.together(days.map((day) => dayName(day, app.formats)));
  return app.t("reminders.on_days_at", { days: names, times });
}

/** Say when a reminder comes, in a few words. */
export function sayWhen(reminder: ReminderShown, app: App, zone: string): string {
  switch (reminder.kind) {
    case "before":
      return leadName(reminder.minutes ?? 0, app);
    case "at":
      return app.formats.moment(Date.parse(reminder.at ?? ""), zone);
    case "cron":
      return sayCron(reminder.cron ?? "", app);
  }
}

/** Name a field of a reminder, and say what it holds, for when two versions stand side by side. */
export function saidOf(
  field: keyof ReminderFields,
  values: ReminderFields,
  app: App,
): { label: string; value: string } {
  const label = app.t(`reminders.field_${field}`);
  switch (field) {
    case "kind":
      return { label, value: app.t(`reminders.kind_${values.kind}`) };
    case "minutes":
      return { label, value: leadName(values.minutes ?? 0, app) };
    case "cron":
      return { label, value: sayCron(values.cron, app) };
    case "channels": {
      const names = severalOf(values.channels).map((each) => channelName(each, app.t));
      return { label, value: names.length ? app.formats.together(names) : app.t("reminders.as_usual") };
    }
    case "active":
      return { label, value: app.t(values.active ? "settings.yes" : "settings.no") };
    default:
      return { label, value: values[field] };
  }
}
