import type { App } from "#/app/app.svelte";
import type { Household } from "#/app/household.svelte";
import { leadName } from "#/features/reminders/leads";
import { plusDays } from "#/time/zoned";

import { type EventForm, type FieldName, isWhole, wallsOf } from "./form";
import { dateOn, dayOf, DAYS, isEveryWorkday, ordinalOf, type Repeat } from "./repeat";
import { timesInWords } from "./telling";

/** Say what a field of an event holds, for reading. Empty where it holds nothing. */
export function sayField(name: FieldName, form: EventForm, app: App, household: Household): string {
  switch (name) {
    case "title":
    case "location":
    case "description":
    case "url":
      return form[name];
    case "when": {
      if (!isWhole(form.when)) return "";
      const said = timesInWords(wallsOf(form.when), "UTC", app.formats);
      const { zone, allDay } = form.when;
      return allDay || zone === household.zone ? said : `${said} (${zone ?? app.t("events.floating")})`;
    }
    case "repeat":
      return sayRepeat(form.repeat, form.when.startDate, app);
    case "calendar":
      return household.calendar.get(form.calendar)?.name ?? "";
    case "participants":
      return form.participants
        .map(({ member_id, required }) => {
          const member = household.member.get(member_id)?.name ?? app.t("events.somebody");
          return required === false ? app.t("events.person_optional", { name: member }) : member;
        })
        .join(", ");
    case "resources":
      return form.resources.map((id) => household.resource.get(id)?.name ?? id).join(", ");
    case "reminders":
      return form.reminders.map((minutes) => leadName(minutes, app)).join(", ");
    case "category":
      return household.category.get(form.category)?.name ?? app.t("events.category_general");
    case "priority":
      return app.t(`events.priority_${(form.priority || "unset") as "unset"}`);
    case "flexibility":
      return app.t(`events.flexibility_${form.flexibility}`);
    case "status":
      return app.t(`events.status_${form.status}`);
    case "transparent":
    case "confidential":
    case "completed":
      return app.t(form[name] ? "events.yes" : "events.no");
  }
}

/** Say how an event repeats. */
export function sayRepeat(repeat: Repeat, start: string, app: App): string {
  if (repeat.kind === "none") return app.t("events.repeat_none");
  if (repeat.kind === "kept") return app.t("events.repeat_kept");
  const said = [isEveryWorkday(repeat) ? app.t("events.repeat_workdays") : sayRhythm()];
  if (repeat.ending.kind === "on")
    said.push(
      app.t("events.until", { date: app.formats.dates(repeat.ending.date, plusDays(repeat.ending.date, 1)) }),
    );
  if (repeat.ending.kind === "after") said.push(app.t("events.so_often", { count: repeat.ending.count }));
  return said.join(", ");

  function sayRhythm(): string {
    if (repeat.kind !== "rule") return "";
    const often = app.t(`events.each_${repeat.frequency}`, { count: repeat.interval });
    const name = (day: (typeof DAYS)[number]) => app.formats.weekday(dateOn(day), "long");
    if (repeat.days.length) return `${often}: ${repeat.days.map(name).join(", ")}`;
    if (repeat.frequency !== "monthly" || repeat.monthly === "date") return often;
    const day = name(dayOf(start));
    const which =
      repeat.monthly === "last"
        ? app.t("events.monthly_last", { day })
        : app.t("events.monthly_nth", { nth: ordinalOf(start), day });
    return `${often}: ${which}`;
  }
}
