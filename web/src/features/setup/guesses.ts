import type { Preferences } from "#/api/schema";
import { LANGUAGES } from "#/text/words.svelte";

type WeekStart = Preferences["week_start"];

/** Give the day on which weeks begin where a locale is spoken; Monday where the browser does not know. */
export function weekStartOf(locale: string): WeekStart {
  const days: Record<number, WeekStart> = { 1: "monday", 6: "saturday", 7: "sunday" };
  return days[firstDayOf(locale) ?? 1] ?? "monday";
}

/** Give the first of the wanted languages that there are messages for, as it was wanted: `de-AT` for German. */
export function languageOf(wanted: readonly string[]): string {
  return wanted.find((each) => baseOf(each) in LANGUAGES) ?? "en";
}

/** Give the languages to choose from; the browser's own form of one stands for it, region included. */
export function languagesFor(chosen: string): readonly { value: string; name: string }[] {
  return Object.entries(LANGUAGES).map(([base, name]) => ({
    value: baseOf(chosen) === base ? chosen : base,
    name,
  }));
}

function baseOf(locale: string): string {
  return locale.split("-")[0]?.toLowerCase() ?? "";
}

// Newer browsers have the method, older ones the property, the oldest neither.
function firstDayOf(locale: string): number | undefined {
  const known = new Intl.Locale(locale) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  return (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay;
}
