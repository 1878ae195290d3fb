import { expect, test } from "vitest";

import type { CallDetail, CallStep } from "#/api/schema";
import type { App } from "#/app/app.svelte";
import { Formats } from "#/text/formats.svelte";
import { Words } from "#/text/words.svelte";

import { toldHistory } from "./history";

const words = new Words();
const app = { t: words.t, formats: new Formats(words) } as unknown as App;
const [FIRST, SECOND] = ["2026-11-24T09:00:00Z", "2026-12-01T09:00:00Z"];

function step(reason: string, due_at: string, more: Partial<CallStep> = {}): CallStep {
  const plain = { at: FIRST, before: null, actor_member_id: null, detail: {} };
  return { ...plain, after: "scheduled", reason, due_at, ...more };
}

function told(history: CallStep[], due_at: string | null) {
  const call = { history, due_at } as unknown as CallDetail;
  return toldHistory(call, app, "UTC").map(({ sentence, then }) =>
    [sentence, then].filter(Boolean).join(" "),
  );
}

test("the newest step comes first, and each says what it led to", () => {
  expect(
    told(
      [
        step("created", FIRST),
        step("busy", FIRST),
        step("no_answer", FIRST),
        step("completed", SECOND, { after: "completed" }),
      ],
      null,
    ),
  ).toEqual([
    "It was answered, and came to its end.",
    "Nobody answered. The next call of the series follows.",
    "The number was busy. It is tried again.",
    "The call was scheduled for Nov 24, 2026, 9:00 AM.",
  ]);
});

test("the last step is followed by what is due now", () => {
  expect(told([step("busy", FIRST)], FIRST)).toEqual(["The number was busy. It is tried again."]);
  expect(told([step("busy", FIRST, { after: "failed" })], null)).toEqual([
    "The number was busy. It is not tried again.",
  ]);
});

test("what waits says until when, and an unknown reason the state it led to", () => {
  const until = "2026-11-25T08:00:00Z";
  expect(told([step("quiet_hours", FIRST, { detail: { until } }), step("new_one", FIRST)], FIRST)).toEqual([
    "It became: Scheduled.",
    "It was quiet hours there: the call waits until Nov 25, 2026, 8:00 AM.",
  ]);
});
