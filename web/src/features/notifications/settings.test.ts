import { describe, expect, it } from "vitest";

import type { NotificationSettingsShown } from "#/api/schema";

import { changesOf, newSecret, storedOf, type TellingFields } from "./settings.svelte";

const STORED: NotificationSettingsShown = {
  channels: { reminder: ["in_app", "push"], event: ["in_app"] },
  switched_off: ["email"],
  quiet_hours: null,
  digest: { every: "weekly", at: "07:30:00", weekday: "friday" },
  addresses: {},
  has_webhook_secret: false,
  suppressed: {},
  available: ["in_app", "email"],
  version: 3,
};

describe("how somebody is told, in a form", () => {
  it("is as it is stored, with quiet hours ready to be switched on", () => {
    expect(storedOf(STORED)).toEqual({
      values: {
        "kind:reminder": "in_app push",
        "kind:event": "in_app",
        switched_off: "email",
        quiet: false,
        since: "22:00",
        until: "07:00",
        urgent_passes: true,
        every: "weekly",
        at: "07:30",
        weekday: "friday",
      },
      version: 3,
    });
  });

  it.each<[Partial<TellingFields>, unknown]>([
    [{ "kind:event": "" }, { channels: { event: [] } }],
    [{ switched_off: "" }, { switched_off: [] }],
    [{ quiet: true }, { quiet_hours: { since: "22:00", until: "07:00", urgent_passes: true } }],
    [{ every: "daily" }, { digest: { every: "daily", at: "07:30", weekday: "friday" } }],
    [{ at: "09:00" }, { digest: { every: "weekly", at: "09:00", weekday: "friday" } }],
  ])("sends %j alone as what changed", (changes, sent) => {
    expect(changesOf({ ...storedOf(STORED).values, ...changes } as TellingFields, changes)).toEqual(sent);
  });

  it("has no quiet hours once they are switched off", () => {
    const typed = { ...storedOf(STORED).values, quiet: false } as TellingFields;
    expect(changesOf(typed, { quiet: false })).toEqual({ quiet_hours: null });
  });
});

it("a secret of a webhook is long, and never the same", () => {
  expect(newSecret()).toMatch(/^[0-9a-f]{48}$/);
  expect(newSecret()).not.toBe(newSecret());
});
