import type { Household } from "#/app/household.svelte";
import { severalOf } from "#/parts/several";
import type { Formats } from "#/text/formats.svelte";
import type { Key, Translate } from "#/text/words.svelte";

import { dayName } from "./reading";
import { DAYS, type Rule, type RuleFields } from "./rule";

/** What each rule is called where one is chosen. */
export const KIND_NAMES: Readonly<Record<Rule, Key>> = {
  no_events_before: "rules.kind_no_events_before",
  no_events_after: "rules.kind_no_events_after",
  blocked_window: "rules.kind_blocked_window",
  preferred_window: "rules.kind_preferred_window",
  min_gap_minutes: "rules.kind_min_gap_minutes",
  max_events_per_day: "rules.kind_max_events_per_day",
  max_events_per_week: "rules.kind_max_events_per_week",
  resource_priority: "rules.kind_resource_priority",
  custom: "rules.kind_custom",
};

const LABELS: Readonly<Record<keyof RuleFields, Key>> = {
  name: "rules.name",
  rule: "rules.rule",
  member: "rules.whose",
  hard: "rules.hard",
  priority: "rules.wish",
  active: "rules.active",
  time: "rules.time",
  start: "rules.from",
  end: "rules.until",
  days: "rules.days",
  minutes: "rules.minutes",
  count: "rules.count",
  resource: "rules.thing",
  members: "rules.members",
  timed: "rules.timed",
  min_rank: "rules.min_rank",
  expression: "rules.expression",
};

interface Saying {
  readonly t: Translate;
  readonly formats: Formats;
  readonly household: Pick<Household, "member" | "resource">;
}

/** Name a field of the form, and say what it holds. */
export function saidOf(
  field: keyof RuleFields,
  values: RuleFields,
  { t, formats, household }: Saying,
): { label: string; value: string } {
  const nameOf = (member: string) => household.member.get(member)?.name ?? member;
  const value = (): string => {
    switch (field) {
      case "rule":
        return t(KIND_NAMES[values.rule]);
      case "days":
        return formats.together(
          DAYS.filter((day) => severalOf(values.days).includes(day)).map((day) => dayName(day, formats)),
        );
      case "members":
        return formats.together(severalOf(values.members).map(nameOf));
      case "member":
        return values.member ? nameOf(values.member) : t("rules.everybody");
      case "resource":
        return household.resource.get(values.resource)?.name ?? values.resource;
      case "hard":
      case "active":
      case "timed":
        return t(values[field] ? "rules.yes" : "rules.no");
      default:
        return String(values[field] ?? "");
    }
  };
  return { label: t(LABELS[field], { priority: values.priority }), value: value() };
}
