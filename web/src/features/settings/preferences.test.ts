import { describe, expect, it } from "vitest";

import type { Preferences } from "#/api/schema";

import { DAY_PART, LOOK_PART, NOTIFICATION_PART } from "./preferences";

const STORED = {
  no_events_before: null,
  default_event_duration_minutes: 60,
  min_gap_between_events_minutes: 15,
  max_events_per_day: null,
  language: "de",
  week_start: "monday",
  reminder_minutes_before: [60, 15],
  custom: { kitchen: { rows: 3 }, web: { color_by: "member", zones: ["Asia/Tokyo"] } },
} as unknown as Preferences;

describe("preferences in a form", () => {
  it("have no wish where a time or a number is empty, and send it so", () => {
    expect(DAY_PART.of(STORED)).toMatchObject({ no_events_before: "", max_events_per_day: null });
    expect(DAY_PART.changed({ no_events_before: "", no_events_after: "21:00" }, STORED)).toEqual({
      no_events_before: null,
      no_events_after: "21:00",
    });
  });

  it("leave what others keep beside the look", () => {
    expect(LOOK_PART.of(STORED)).toMatchObject({ color_by: "member", zones: "Asia/Tokyo", language: "de" });
    expect(LOOK_PART.changed({ zones: "Asia/Tokyo Europe/Lisbon" }, STORED)).toEqual({
      custom: { kitchen: { rows: 3 }, web: { color_by: "member", zones: ["Asia/Tokyo", "Europe/Lisbon"] } },
    });
    expect(LOOK_PART.changed({ language: "en" }, STORED)).toEqual({ language: "en" });
  });

  it("send reminders with the earliest first", () => {
    expect(NOTIFICATION_PART.of(STORED).reminders).toBe("15 60");
    expect(NOTIFICATION_PART.changed({ reminders: "0 15 60" }, STORED)).toEqual({
      reminder_minutes_before: [60, 15, 0],
    });
  });
});
