// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { FakeCaches } from "../api/fake-caches";
import { Shell } from "./shell";

const FILES = ["/", "/icon.svg", "/assets/index-1.js"];
const asked: string[] = [];

function request(path: string, options: { mode?: string; method?: string } = {}): Request {
  const { mode = "cors", method = "GET" } = options;
  return { url: new URL(path, location.href).href, method, mode } as Request;
}

async function text(answer: Promise<Response> | undefined): Promise<string> {
  return (await answer)?.text() ?? "";
}

describe("the files of a version", () => {
  let caches: FakeCaches;
  let shell: Shell;
  let gone: string[];

  beforeEach(async () => {
    caches = new FakeCaches();
    gone = [];
    vi.stubGlobal("caches", caches);
    vi.stubGlobal("fetch", async (of: Request | string) => {
      const path = new URL(typeof of === "string" ? of : of.url, location.href).pathname;
      asked.push(path);
      return new Response(`server: ${path}`, { status: gone.includes(path) ? 404 : 200 });
    });
    shell = new Shell("1", FILES);
    await shell.fill();
    asked.length = 0;
  });
  afterEach(() => vi.unstubAllGlobals());

  it("answer without the server", async () => {
    expect(await text(shell.answer(request("/assets/index-1.js")))).toBe("server: /assets/index-1.js");
    expect(asked).toEqual([]);
  });

  it.each(["/", "/calendar?view=week", "/settings/look", "/no/such/page"])(
    "are the page at %s",
    async (path) => {
      expect(await text(shell.answer(request(path, { mode: "navigate" })))).toBe("server: /");
      expect(asked).toEqual([]);
    },
  );

  it.each([
    ["what the API answers", request("/api/v1/events")],
    ["a feed that somebody opens", request("/feeds/1.ics", { mode: "navigate" })],
    ["a change", request("/", { method: "POST" })],
    ["another server's files", request("https://elsewhere.example/assets/index-1.js")],
  ])("leave %s to the server", (_, asks) => {
    expect(shell.answer(asks)).toBeUndefined();
  });

  it("keep a font once it was needed", async () => {
    for (let times = 0; times < 2; times++) {
      expect(await text(shell.answer(request("/assets/greek-1.woff2")))).toBe(
        "server: /assets/greek-1.woff2",
      );
    }
    expect(asked).toEqual(["/assets/greek-1.woff2"]);
  });

  it("keep no refusal", async () => {
    gone = ["/assets/gone.js"];
    await shell.answer(request("/assets/gone.js"));
    expect(await caches.match("/assets/gone.js")).toBeUndefined();
  });

  it("are all there or none is", async () => {
    gone = ["/icon.svg"];
    await expect(new Shell("2", FILES).fill()).rejects.toThrow();
    expect(await caches.keys()).toEqual(["kalends-shell-1"]);
  });

  it("stay for a while after a newer version took over, for pages that still run the older one", async () => {
    const versions = [new Shell("2", ["/"]), new Shell("3", ["/"])];
    for (const each of versions) {
      await each.fill();
      await each.forgetOthers();
    }
    expect(await caches.keys()).toEqual(["kalends-shell-2", "kalends-shell-3"]);
    await caches.open("kalends-kept-anna");
    await versions[1]?.forgetOthers();
    expect(await caches.keys()).toContain("kalends-kept-anna");
  });
});
