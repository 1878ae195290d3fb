import { describe, expect, it } from "vitest";

import type { Credentials } from "#/api/client";

import { sendFile } from "./send";

/** Stands in for the browser's request: `answers` what it is told to, one after the other. */
class Wire {
  readonly sent: { url: string; headers: Record<string, string> }[] = [];
  readonly #answers: (readonly [number, string] | "lost")[];

  constructor(...answers: (readonly [number, string] | "lost")[]) {
    this.#answers = answers;
  }

  request = (): XMLHttpRequest => {
    const answer = this.#answers.shift() ?? "lost";
    const { sent } = this;
    const headers: Record<string, string> = {};
    const fake: Record<string, unknown> = {
      upload: {} as Record<string, (event?: object) => void>,
      open: (_: string, url: string) => sent.push({ url, headers }),
      setRequestHeader: (name: string, value: string) => (headers[name] = value),
      abort: () => (fake["onabort"] as () => void)(),
      send() {
        const upload = fake["upload"] as Record<string, (event?: object) => void>;
        upload["onprogress"]?.({ loaded: 5, total: 10 });
        if (answer === "lost") return (fake["onerror"] as () => void)();
        upload["onload"]?.();
        [fake["status"], fake["responseText"]] = answer;
        (fake["onload"] as () => void)();
      },
    };
    return fake as unknown as XMLHttpRequest;
  };
}

const signedIn = (renewed = true): Credentials => ({
  view: null,
  token: async () => "token",
  check: async () => true,
  renewed: async () => renewed,
});

function sending(preview = false) {
  const parts: number[] = [];
  const common = {
    file: new Blob(["BEGIN:VCALENDAR"]),
    calendar: "c1",
    signal: new AbortController().signal,
  };
  return { parts, given: { ...common, preview, onprogress: (part: number) => parts.push(part) } };
}

describe("sending a file", () => {
  it("says how much is there and gives the report", async () => {
    const wire = new Wire([200, '{"added":2}']);
    const { parts, given } = sending(true);
    expect(await sendFile(signedIn(), given, wire.request)).toEqual({ added: 2 });
    expect(parts).toEqual([0.5, 1]);
    expect(wire.sent[0]).toEqual({
      url: "/api/v1/calendars/c1/import?preview=true",
      headers: { "Content-Type": "text/calendar", "X-CSRF-Token": "token" },
    });
  });

  it("goes on after a new sign-in, under the same key", async () => {
    const wire = new Wire([401, "{}"], [200, '{"added":1}']);
    const once = { "Idempotency-Key": "k" };
    await sendFile(signedIn(), { ...sending().given, once }, wire.request);
    expect(wire.sent.map(({ headers }) => headers["Idempotency-Key"])).toEqual(["k", "k"]);
  });

  it("is refused where nobody signs in again", async () => {
    const wire = new Wire([401, '{"code":"token_refused"}']);
    const refused = sendFile(signedIn(false), sending().given, wire.request);
    await expect(refused).rejects.toMatchObject({ name: "Problem", code: "token_refused" });
  });

  it.each([
    ["a refusal", [413, '{"code":"too_large","detail":"Too large."}'], { name: "Problem", status: 413 }],
    ["a page of a proxy", [502, "<h1>Bad gateway</h1>"], { name: "Problem", code: "http_502" }],
    ["a lost network", "lost", { name: "Unreachable" }],
  ] as const)("%s is told", async (_, answer, error) => {
    await expect(sendFile(signedIn(), sending().given, new Wire(answer).request)).rejects.toMatchObject(
      error,
    );
  });
});
