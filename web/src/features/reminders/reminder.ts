import type { NewReminder, ReminderPatch, ReminderShown } from "#/api/schema";
import { severalOf } from "#/parts/several";
import type { Stored } from "#/parts/edit.svelte";
import { instantOf, isoAt, plusDays, wallAt } from "#/time/zoned";

export type Kind = ReminderShown["kind"];
export const KINDS: readonly Kind[] = ["before", "at", "cron"];

/** A reminder as its form holds it: what the kinds need that it is not of stands ready beside it. */
export type ReminderFields = {
  kind: Kind;
  /** Empty: it stands alone. */
  event: string;
  /** Empty: each time. */
  occurrence: string;
  minutes: number | null;
  date: string;
  time: string;
  cron: string;
  message: string;
  /** Several in one text; none: as the settings say. */
  channels: string;
  active: boolean;
};

const WHEN: readonly (keyof ReminderFields)[] = ["kind", "minutes", "date", "time", "cron"];

/** Give the form of a reminder to be made, perhaps of an event. */
export function blank(zone: string, now: number, event = "", occurrence = ""): ReminderFields {
  return {
    kind: event ? "before" : "at",
    event,
    occurrence,
    minutes: 15,
    date: plusDays(wallAt(now, zone), 1),
    time: "09:00",
    cron: "0 8 * * mon-fri",
    message: "",
    channels: "",
    active: true,
  };
}

/** Give a reminder as its form holds it, on the clock of a zone. */
export function storedOf(reminder: ReminderShown, zone: string, now: number): Stored<ReminderFields> {
  const { kind, event_id, occurrence, minutes, at, cron, message, channels, active, version } = reminder;
  const other = blank(zone, now, event_id ?? "", occurrence ?? "");
  const wall = at === null ? `${other.date}T${other.time}` : wallAt(Date.parse(at), zone);
  return {
    values: {
      ...other,
      kind,
      minutes: minutes ?? other.minutes,
      date: wall.slice(0, 10),
      time: wall.slice(11, 16),
      cron: cron ?? other.cron,
      message: message ?? "",
      channels: (channels ?? []).join(" "),
      active,
    },
    version,
  };
}

/** Give what makes a reminder of the form, for a member. */
export function creationOf(typed: ReminderFields, member: string, zone: string): NewReminder {
  const { event, occurrence, message, channels } = typed;
  return {
    member_id: member,
    event_id: event || null,
    occurrence: occurrence || null,
    ...timeOf(typed, zone),
    message: message.trim() || null,
    channels: channels ? severalOf(channels) : null,
  };
}

/** Give what of the form is a change: when it comes goes as one. */
export function patchOf(
  typed: ReminderFields,
  changes: Partial<ReminderFields>,
  zone: string,
): ReminderPatch {
  const { message, channels, active } = changes;
  return {
    ...(WHEN.some((name) => name in changes) ? timeOf(typed, zone) : {}),
    ...(message === undefined ? {} : { message: message.trim() || null }),
    ...(channels === undefined ? {} : { channels: channels ? severalOf(channels) : null }),
    ...(active === undefined ? {} : { active }),
  };
}

/** Sort what comes by when it comes, and part it from what does not come any more. */
export function parted(reminders: readonly ReminderShown[]): {
  coming: readonly ReminderShown[];
  rest: readonly ReminderShown[];
} {
  const next = ({ next_at }: ReminderShown) => Date.parse(next_at ?? "");
  return {
    coming: reminders.filter((each) => each.next_at !== null).sort((one, other) => next(one) - next(other)),
    rest: reminders.filter((each) => each.next_at === null),
  };
}

function timeOf({ kind, minutes, date, time, cron }: ReminderFields, zone: string): ReminderPatch {
  switch (kind) {
    case "before":
      return { minutes };
    case "at":
      return { at: isoAt(instantOf(`${date}T${time}:00`, zone), zone) };
    case "cron":
      return { cron: cron.trim() };
  }
}
