import type { Preferences } from "#/api/schema";

export type ColorBy = "calendar" | "member" | "category";

/** How somebody likes the browser app to look, on every device of theirs: kept under `web` of `custom`. */
export interface Look {
  /** Zones shown beside the member's own. */
  readonly zones: readonly string[];
  readonly colorBy: ColorBy;
}

const COLOR_BY: readonly string[] = ["calendar", "member", "category"];

/** Read the look from preferences; what is missing or malformed has its default. */
export function lookOf(preferences: Preferences | undefined): Look {
  const web = (preferences?.custom as { web?: Record<string, unknown> } | undefined)?.web ?? {};
  const { zones, color_by } = web;
  return {
    zones: Array.isArray(zones) ? zones.filter((each) => typeof each === "string").slice(0, 3) : [],
    colorBy: typeof color_by === "string" && COLOR_BY.includes(color_by) ? (color_by as ColorBy) : "calendar",
  };
}

/** Give `custom` with another look; what else is in it stays. */
export function withLook(
  custom: Readonly<Record<string, unknown>>,
  look: Partial<Look>,
): Record<string, unknown> {
  const web = { ...(custom["web"] as Record<string, unknown> | undefined) };
  if (look.zones) web["zones"] = look.zones;
  if (look.colorBy) web["color_by"] = look.colorBy;
  return { ...custom, web };
}
