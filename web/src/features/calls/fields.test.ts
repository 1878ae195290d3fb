import { expect, test } from "vitest";

import type { CallDetail } from "#/api/schema";
import { every } from "#/features/events/repeat";

import { blankCall, canBeForeseen, creationOf, packRepeat, patchOf, ruleOf, storedCall } from "./fields";

const BERLIN = "Europe/Berlin";

function typed(fields: Partial<ReturnType<typeof blankCall>> = {}) {
  return {
    ...blankCall("2026-11-24T14:30:00", BERLIN, "anna"),
    phone: " +49 30 1 ",
    text: " Hello ",
    ...fields,
  };
}

test("a new call is asked for in the clock that was chosen, and says what is given alone", () => {
  expect(creationOf(typed({ title: "", type: " ", agent: "desk" }))).toMatchObject({
    phone: "+49 30 1",
    start: "2026-11-24T14:30",
    zone: BERLIN,
    title: "+49 30 1",
    script: "Hello",
    repeat: null,
    call_type: null,
    callee_zone: null,
    agent_instance: "desk",
    retries: {},
  });
  expect(creationOf(typed({ content: "agent", text: "wss://a.example/" }))).toMatchObject({
    agent_url: "wss://a.example/",
  });
});

test("a rule is by the start, and follows it", () => {
  const repeat = packRepeat({ ...every("monthly"), monthly: "nth" });
  const fields = typed({ repeat });
  expect(ruleOf(fields)).toBe("FREQ=MONTHLY;BYDAY=4TU");
  const moved = { ...fields, start: "2026-12-02T14:30" };
  expect(patchOf({ start: moved.start }, moved)).toEqual({
    start: "2026-12-02T14:30",
    zone: BERLIN,
    repeat: "FREQ=MONTHLY;BYDAY=1WE",
  });
});

test("what the form cannot say is left alone", () => {
  const rules = ["FREQ=YEARLY;BYWEEKNO=3"];
  const { values } = storedCall({ ...STORED, rules });
  expect(JSON.parse(values.repeat)).toEqual({ kind: "kept", rules });
  expect(patchOf({ start: "2026-12-01T09:00" }, { ...values, start: "2026-12-01T09:00" })).toEqual({
    start: "2026-12-01T09:00",
    zone: BERLIN,
  });
});

test("only what was changed is sent", () => {
  const { values } = storedCall(STORED);
  expect(values.start).toBe("2026-11-24T14:30");
  expect(patchOf({}, values)).toEqual({});
  expect(patchOf({ notes: "" }, { ...values, notes: "" })).toEqual({ notes: null });
  expect(patchOf({ text: "Bye" }, { ...values, text: "Bye" })).toEqual({ script: "Bye" });
});

test("it takes a number and a time to ask what a call would cause", () => {
  expect(canBeForeseen(typed())).toBe(true);
  expect(canBeForeseen(typed({ phone: " " }))).toBe(false);
  expect(canBeForeseen(typed({ start: "2026-11-24T" }))).toBe(false);
});

const STORED = {
  id: "c",
  member_id: "anna",
  agent_instance: null,
  title: "Rent",
  description: null,
  phone: "+49301",
  call_type: null,
  starts_at: "2026-11-24T13:30:00Z",
  zone: BERLIN,
  duration_minutes: 5,
  rules: [],
  content: "script",
  content_text: "Hello",
  callee_zone: BERLIN,
  missed: "last",
  record: false,
  notes: "Old",
  metadata: {},
  retries: {},
  version: 3,
} as unknown as CallDetail;
