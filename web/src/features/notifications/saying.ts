import type { App } from "#/app/app.svelte";
import { severalOf } from "#/parts/several";
import type { Key } from "#/text/words.svelte";

import { channelName } from "./labels";
import type { TellingFields } from "./settings.svelte";

const KINDS: Readonly<Record<string, Key>> = {
  reminder: "notifications.kind_reminder",
  event: "notifications.kind_event",
  call_failed: "notifications.kind_call_failed",
  call_completed: "notifications.kind_call_completed",
};
const LABELS: Readonly<Record<string, Key>> = {
  switched_off: "notifications.silent",
  quiet: "notifications.quiet",
  since: "notifications.quiet_since",
  until: "notifications.quiet_until",
  urgent_passes: "notifications.urgent_passes",
  every: "notifications.digest_every",
  at: "notifications.digest_at",
  weekday: "notifications.digest_weekday",
};

/** Name a kind of news. */
export function kindName(kind: string, app: App): string {
  const key = KINDS[kind];
  return key ? app.t(key) : kind;
}

/** Name a field of how somebody is told, and say what it holds, for when two versions stand side by side. */
export function saidOf(
  field: keyof TellingFields & string,
  values: TellingFields,
  app: App,
): { label: string; value: string } {
  const value: string | boolean = values[field] ?? "";
  const kind = field.startsWith("kind:") ? field.slice(5) : null;
  const key = LABELS[field];
  const label = kind !== null ? kindName(kind, app) : key ? app.t(key) : field;
  if (typeof value === "boolean") return { label, value: app.t(value ? "settings.yes" : "settings.no") };
  if (kind === null && field !== "switched_off") return { label, value };
  const names = severalOf(value).map((each) => channelName(each, app.t));
  return { label, value: names.length ? app.formats.together(names) : app.t("settings.none") };
}
