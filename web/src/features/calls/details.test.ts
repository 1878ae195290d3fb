import { expect, test } from "vitest";

import { detailLines, detailsOf, packedDetails } from "./details";
import { packedRetries, retriesOf, retryLines } from "./retries";

test("details come back as they were, whatever they are", () => {
  const details = { order: "A-7", tries: 3, vip: true, tags: ["a", { b: null }], nothing: null };
  expect(detailsOf(packedDetails(details))).toEqual(details);
});

test("a number in a text stays a text, and what is no JSON any more becomes one", () => {
  expect(detailsOf(packedDetails({ order: "007" }))).toEqual({ order: "007" });
  const [line] = detailLines(packedDetails({ tries: 3 }));
  expect(detailsOf(JSON.stringify([{ ...line, value: "three" }]))).toEqual({ tries: "three" });
});

test("lines without a name are left out", () => {
  expect(detailsOf(JSON.stringify([{ name: " ", value: "x" }]))).toEqual({});
});

test("rules for trying again are those that were said in whole", () => {
  const packed = packedRetries({ busy: { times: 1, minutes: 10 } });
  expect(retriesOf(packed)).toEqual({ busy: { times: 1, minutes: 10 } });
  const lines = { ...retryLines(packed), failed: { times: 2, minutes: null } };
  expect(retriesOf(JSON.stringify(lines))).toEqual({ busy: { times: 1, minutes: 10 } });
});
