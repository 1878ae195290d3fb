import { expect, it } from "vitest";

import { filtersOf } from "./filters";

const ANNA = "01a1fcb0-52e7-7410-845e-3d6526748425";
const NONE = { who: null, channel: null, state: null, notification: null };

it.each([
  ["", NONE],
  [`who=${ANNA}&channel=sms&state=failed`, { ...NONE, who: ANNA, channel: "sms", state: "failed" }],
  [`of=${ANNA}`, { ...NONE, notification: ANNA }],
  ["who=anna&channel=no such&state=lost&of=1", NONE],
])("what was sent is filtered by %j", (query, filters) => {
  expect(filtersOf(new URLSearchParams(query))).toEqual(filters);
});
