import type { App } from "#/app/app.svelte";
import type { Household } from "#/app/household.svelte";
import { sayRepeat } from "#/features/events/saying";
import { instantOf } from "#/time/zoned";
import { zoneTitle } from "#/time/zones";

import { detailLines } from "./details";
import { type CallFields, canBeForeseen, repeatIn } from "./fields";
import { RETRIED, retryLines } from "./retries";

type Field = keyof CallFields;

/** The fields of a call in the order in which they are told. */
export const FIELD_NAMES = [
  "phone",
  "title",
  "start",
  "zone",
  "repeat",
  "minutes",
  "type",
  "member",
  "agent",
  "calleeZone",
  "missed",
  "record",
  "retries",
  "content",
  "text",
  "description",
  "notes",
  "metadata",
  "calendar",
] as const satisfies readonly Field[];

/** Say what a field of a call holds, for reading. Empty where it holds nothing. */
export function sayField(name: Field, fields: CallFields, app: App, household: Household): string {
  switch (name) {
    case "start":
      return canBeForeseen({ ...fields, phone: "-" })
        ? app.formats.moment(instantOf(`${fields.start}:00`, fields.zone), fields.zone)
        : "";
    case "zone":
      return zoneTitle(fields.zone);
    case "calleeZone":
      return fields.calleeZone && zoneTitle(fields.calleeZone);
    case "repeat":
      return sayRepeat(repeatIn(fields), fields.start.slice(0, 10), app);
    case "minutes":
      return fields.minutes ? app.formats.minutes(fields.minutes) : "";
    case "member":
      return household.member.get(fields.member)?.name ?? "";
    case "calendar":
      return household.calendar.get(fields.calendar)?.name ?? "";
    case "content":
      return app.t(`calls.content_${fields.content}`);
    case "missed":
      return app.t(`calls.missed_${fields.missed}`);
    case "record":
      return app.t(fields.record ? "calls.recorded" : "calls.not_recorded");
    case "metadata":
      return detailLines(fields.metadata)
        .map(({ name, value }) => app.t("calls.detail_said", { name, value }))
        .join("\n");
    case "retries": {
      const lines = retryLines(fields.retries);
      return RETRIED.flatMap((outcome) => {
        const { times, minutes } = lines[outcome];
        if (times === null || minutes === null) return [];
        const after = app.t(`calls.outcome_${outcome}`);
        return [app.t("calls.retry_said", { outcome: after, count: times, minutes })];
      }).join("\n");
    }
    case "phone":
    case "title":
    case "text":
    case "type":
    case "description":
    case "notes":
    case "agent":
      return fields[name];
  }
}

/** Tell in sentences what will be called when, and in whose clock; none before that can be told. */
export function foretold(fields: CallFields, app: App, household: Household): readonly string[] {
  if (!canBeForeseen(fields)) return [];
  const { zone } = fields;
  const phone = fields.phone.trim();
  const instant = instantOf(`${fields.start}:00`, zone);
  const when = app.formats.appointment(instant, zone);
  const repeat = repeatIn(fields);
  const place = zoneTitle(zone);
  const told =
    repeat.kind === "none"
      ? [app.t("calls.foretold", { phone, when, place })]
      : [
          app.t("calls.foretold_first", { phone, when, place }),
          app.t("calls.foretold_repeat", { repeat: sayRepeat(repeat, fields.start.slice(0, 10), app) }),
        ];
  const here = app.formats.appointment(instant, household.zone);
  return here === when ? told : [...told, app.t("calls.foretold_here", { when: here })];
}
