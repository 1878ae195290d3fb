// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Version } from "./version.svelte";

/** The browser's side: a registration, and perhaps a worker that waits in it. */
class Workers extends EventTarget {
  controller: object | null = {};
  registration = Object.assign(new EventTarget(), {
    waiting: null as { postMessage: (order: unknown) => void } | null,
    installing: null,
    update: vi.fn(async () => {}),
  });
  register = vi.fn(async () => this.registration);
  getRegistration = async (): Promise<unknown> => this.registration;
}

describe("the version that runs", () => {
  let workers: Workers;
  let version: Version;
  const reload = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers();
    workers = new Workers();
    vi.stubGlobal("navigator", { serviceWorker: workers, onLine: true });
    vi.stubGlobal("location", { reload });
    version = new Version();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    reload.mockClear();
  });

  function takeOver(): void {
    workers.dispatchEvent(new Event("controllerchange"));
  }

  it("is not reloaded when its first worker comes", async () => {
    workers.controller = null;
    await version.install();
    takeOver();
    expect([reload.mock.calls.length, version.newer]).toEqual([0, false]);
  });

  it("gives way at the very beginning, if the newer one takes over", async () => {
    const orders: unknown[] = [];
    workers.registration.waiting = { postMessage: (order) => orders.push(order) };
    await version.install();
    expect(orders).toEqual(["take over if alone"]);
    takeOver();
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it("stays, and says so, where another tab went on with a newer one later", async () => {
    workers.registration.waiting = { postMessage: () => {} };
    await version.install();
    vi.advanceTimersByTime(2_000);
    takeOver();
    expect([reload.mock.calls.length, version.newer]).toEqual([0, true]);
  });

  it("gives way when somebody agrees", async () => {
    workers.registration.waiting = { postMessage: takeOver };
    await version.install();
    reload.mockClear();
    vi.advanceTimersByTime(2_000);
    version.reload();
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it("is new where part of the page is gone, and a reload is all there is to do", async () => {
    await version.install();
    dispatchEvent(new Event("vite:preloadError"));
    expect(version.newer).toBe(true);
    version.reload();
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["offers no workers", undefined],
    [
      "blocks them",
      { ...new Workers(), addEventListener: () => {}, register: () => Promise.reject(new Error()) },
    ],
  ])("needs nothing of a browser that %s", async (_, serviceWorker) => {
    vi.stubGlobal("navigator", { serviceWorker, onLine: true });
    await version.install();
    version.look();
    expect(version.newer).toBe(false);
  });
});
