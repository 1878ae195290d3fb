import type { ConstraintShown } from "#/api/schema";
import { severalOf } from "#/parts/several";

export type Rule = ConstraintShown["rule"];
export type Parameters = Readonly<Record<string, unknown>>;

/** Every rule, in the order in which a form offers them. */
export const RULES: readonly Rule[] = [
  "no_events_before",
  "no_events_after",
  "blocked_window",
  "preferred_window",
  "min_gap_minutes",
  "max_events_per_day",
  "max_events_per_week",
  "resource_priority",
  "custom",
];

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

/**
 * A constraint as its form holds it. What several can be chosen of is a text of ids or days with spaces between;
 * `member` is empty for everybody, `days` for all seven.
 */
export type RuleFields = {
  name: string;
  rule: Rule;
  member: string;
  hard: boolean;
  priority: number;
  active: boolean;
  time: string;
  start: string;
  end: string;
  days: string;
  minutes: number | null;
  count: number | null;
  resource: string;
  members: string;
  /** Whether a kept resource is kept between two times only. */
  timed: boolean;
  min_rank: number | null;
  expression: string;
};

/** What a form begins with; a rule shows those fields that it has. */
export const BLANK: RuleFields = {
  name: "",
  rule: "no_events_before",
  member: "",
  hard: false,
  priority: 5,
  active: true,
  time: "07:00",
  start: "12:00",
  end: "13:00",
  days: "",
  minutes: 15,
  count: 5,
  resource: "",
  members: "",
  timed: false,
  min_rank: null,
  expression: "",
};

/** Give a constraint as a form holds it. */
export function fieldsOf(constraint: ConstraintShown): RuleFields {
  const { name, rule, member_id, hard, priority, active, parameters } = constraint;
  const given = parameters as Record<string, never>;
  const several = (value: readonly string[] | undefined) => (value ?? []).join(" ");
  return {
    ...BLANK,
    ...given,
    days: several(given["days"]),
    members: several(given["members"]),
    timed: rule === "resource_priority" && given["start"] !== undefined,
    name,
    rule,
    member: member_id ?? "",
    hard,
    priority,
    active,
  };
}

/** Give what a rule needs out of the fields of its form, and no more. */
export function parametersOf(fields: RuleFields): Parameters {
  const days = fields.days ? { days: severalOf(fields.days) } : {};
  const hours = { start: fields.start, end: fields.end };
  switch (fields.rule) {
    case "no_events_before":
    case "no_events_after":
      return { time: fields.time };
    case "blocked_window":
    case "preferred_window":
      return { ...hours, ...days };
    case "min_gap_minutes":
      return { minutes: fields.minutes };
    case "max_events_per_day":
    case "max_events_per_week":
      return { count: fields.count };
    case "resource_priority":
      return {
        resource: fields.resource,
        members: severalOf(fields.members),
        ...(fields.timed ? hours : {}),
        ...days,
        ...(fields.min_rank === null ? {} : { min_rank: fields.min_rank }),
      };
    case "custom":
      return { expression: fields.expression };
  }
}
