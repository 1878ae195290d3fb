import type { EventPart, EventPatch, NewEvent, Occurrence, ParticipantIn } from "#/api/schema";
import type { WallTimes } from "#/features/calendar/drawn";
import { instantOf, plusDays, type Wall } from "#/time/zoned";

import { ONCE, type Repeat, repeatOf, rulesOf } from "./repeat";

/** When an event is, as the inputs hold it. Of an all-day event `endDate` is its last day. */
export interface When {
  readonly allDay: boolean;
  readonly startDate: string;
  readonly startTime: string;
  readonly endDate: string;
  readonly endTime: string;
  /** The clock that it lives by; null: the same time on every clock. */
  readonly zone: string | null;
}

/** All that can be said of an event. Each field is changed, compared and sent as a whole. */
export interface EventForm {
  readonly title: string;
  readonly when: When;
  readonly repeat: Repeat;
  readonly calendar: string;
  readonly participants: readonly ParticipantIn[];
  readonly resources: readonly string[];
  /** Minutes before the start, for all whose time it takes; none: as each of them prefers. */
  readonly reminders: readonly number[];
  readonly location: string;
  readonly description: string;
  readonly url: string;
  /** Empty: General. */
  readonly category: string;
  /** Empty: as the category ranks it. */
  readonly priority: string;
  readonly flexibility: NonNullable<EventPatch["flexibility"]>;
  readonly status: NonNullable<EventPatch["status"]>;
  readonly transparent: boolean;
  readonly confidential: boolean;
  readonly completed: boolean;
}

export type FieldName = keyof EventForm;

/** What the API calls each field; the first name is where its faults are told. */
const WRITERS: { readonly [K in FieldName]: (form: EventForm) => EventPatch } = {
  title: ({ title }) => ({ title: title.trim() }),
  when: ({ when }) => timesOf(when),
  repeat: ({ repeat, when }) => ({ rules: rulesOf(repeat, startOf(when)) }),
  calendar: ({ calendar }) => ({ calendar_id: calendar }),
  participants: ({ participants }) => ({ participants: [...participants] }),
  resources: ({ resources }) => ({ resources: [...resources] }),
  reminders: ({ reminders }) => ({ reminders: [...reminders] }),
  location: ({ location }) => ({ location: location.trim() || null }),
  description: ({ description }) => ({ description: description.trim() || null }),
  url: ({ url }) => ({ url: url.trim() || null }),
  category: ({ category }) => ({ category_id: category || null }),
  priority: ({ priority }) => ({ priority: (priority || null) as EventPatch["priority"] }),
  flexibility: ({ flexibility }) => ({ flexibility }),
  status: ({ status }) => ({ status }),
  transparent: ({ transparent }) => ({ transparent }),
  confidential: ({ confidential }) => ({ confidential }),
  completed: ({ completed }) => ({ completed }),
};

export const FIELDS = Object.keys(WRITERS) as readonly FieldName[];

/** What a creation is refused with that took effect before: its answer was lost, and something was typed since. */
export const DONE_BEFORE: ReadonlySet<string> = new Set(["uid_taken", "already_done", "key_reused"]);

/** Give an empty form at some time. */
export function blank(times: WallTimes, zone: string, calendar: string): EventForm {
  return {
    title: "",
    when: whenOf(times, zone),
    repeat: ONCE,
    calendar,
    participants: [],
    resources: [],
    reminders: [],
    location: "",
    description: "",
    url: "",
    category: "",
    priority: "",
    flexibility: "preferred",
    status: "confirmed",
    transparent: times.allDay,
    confidential: false,
    completed: false,
  };
}

/** Fill the form with an event as it is stored; `zone` is for one that lasts all day, should it get a time. */
export function formOf(part: Occurrence | EventPart, rules: readonly string[], zone: string): EventForm {
  const when = whenOfStored(part, zone);
  return {
    title: part.title,
    when,
    repeat: repeatOf(rules, startOf(when)),
    calendar: part.calendar_id,
    participants: part.participants,
    resources: part.resources,
    reminders: part.reminders,
    location: part.location ?? "",
    description: part.description ?? "",
    url: part.url ?? "",
    category: part.category?.id ?? "",
    priority: part.priority ?? "",
    flexibility: part.flexibility ?? "preferred",
    status: part.status,
    transparent: part.transparent,
    confidential: part.confidential,
    completed: part.completed_at !== null,
  };
}

/** Give the fields in which two forms differ. */
export function changedFields(one: EventForm, other: EventForm): FieldName[] {
  return FIELDS.filter((name) => !same(one[name], other[name]));
}

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Give what to send to make this event; what was left as `untouched` has it is for the server to choose. */
export function creationOf(form: EventForm, untouched: EventForm, uid: string): NewEvent {
  const always: readonly FieldName[] = ["title", "when", "calendar", "transparent"];
  const said = FIELDS.filter((name) => always.includes(name) || !same(form[name], untouched[name]));
  return { ...written(form, said), title: form.title.trim(), start: timesOf(form.when).start, uid };
}

/** Give what to send to make the stored event what the form says. */
export function patchOf(stored: EventForm, form: EventForm): EventPatch {
  return written(form, changedFields(stored, form));
}

/** Say whether the times can be sent: all are there, and the end is not before the start. */
export function isWhole(when: When): boolean {
  const dates = [when.startDate, when.endDate];
  const texts = when.allDay ? dates : [...dates, when.startTime, when.endTime];
  return texts.every(Boolean) && lengthOf(when) >= (when.allDay ? 1 : 0);
}

/** Give how long it lasts in milliseconds; all-day events in whole days. */
export function lengthOf(when: When): number {
  const { start, end } = wallsOf(when);
  const zone = when.allDay ? "UTC" : (when.zone ?? "UTC");
  return instantOf(end, zone) - instantOf(start, zone);
}

/** Give the times with another start; the end follows, so that it lasts as long as before. */
export function withStart(when: When, change: Partial<Pick<When, "startDate" | "startTime">>): When {
  const changed = { ...when, ...change };
  const length = isWhole(when) ? wallLength(when) : null;
  const { start } = wallsOf(changed);
  if (length === null || Number.isNaN(Date.parse(`${start.padEnd(16, "T00:00")}Z`))) return changed;
  const end = new Date(Date.parse(`${start.padEnd(16, "T00:00")}Z`) + length).toISOString();
  if (when.allDay) return { ...changed, endDate: plusDays(end, -1) };
  return { ...changed, endDate: end.slice(0, 10), endTime: end.slice(11, 16) };
}

/** Give the times on the dates and clocks of `times`, with the zone as it was. */
export function withTimes(when: When, times: WallTimes): When {
  return { ...whenOf(times, when.zone ?? "UTC"), zone: when.zone };
}

/** Give start and exclusive end as clocks show them: dates where it lasts all day. */
export function wallsOf(when: When): WallTimes {
  const { allDay, startDate, startTime, endDate, endTime } = when;
  if (allDay) return { start: startDate, end: endDate && plusDays(endDate, 1), allDay };
  return { start: `${startDate}T${startTime}`, end: `${endDate}T${endTime}`, allDay };
}

function written(form: EventForm, names: readonly FieldName[]): EventPatch {
  return Object.assign({}, ...names.map((name) => WRITERS[name](form)));
}

function timesOf(when: When): EventPatch & { start: string } {
  const { start, end, allDay } = wallsOf(when);
  if (allDay) return { start, end };
  return when.zone ? { start, end, zone: when.zone } : { start, end, floating: true };
}

function startOf(when: When): { start: Wall; zone: string | null } {
  return { start: wallsOf(when).start, zone: when.allDay ? null : when.zone };
}

function wallLength(when: When): number {
  const { start, end } = wallsOf(when);
  return Date.parse(`${end.padEnd(16, "T00:00")}Z`) - Date.parse(`${start.padEnd(16, "T00:00")}Z`);
}

function whenOf({ start, end, allDay }: WallTimes, zone: string): When {
  return {
    allDay,
    startDate: start.slice(0, 10),
    startTime: allDay ? "09:00" : start.slice(11, 16),
    endDate: allDay ? plusDays(end, -1) : end.slice(0, 10),
    endTime: allDay ? "10:00" : end.slice(11, 16),
    zone,
  };
}

/** An event shows its times on its own clock, so their digits are what the clock there says. */
function whenOfStored(
  part: Pick<Occurrence, "start" | "end" | "all_day" | "floating" | "zone">,
  zone: string,
): When {
  const { start, end, all_day: allDay, floating } = part;
  const when = whenOf({ start, end, allDay }, zone);
  if (allDay) return when;
  return { ...when, zone: floating ? null : (part.zone ?? zone) };
}
