// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Live, type News } from "./live.svelte";

/** The browser's end of a stream; the test is the server. */
class Stream extends EventTarget {
  static all: Stream[] = [];
  closed = false;

  constructor() {
    super();
    Stream.all.push(this);
  }

  static get last(): Stream {
    return Stream.all.at(-1) as Stream;
  }

  answers(): void {
    this.dispatchEvent(new Event("open"));
  }

  breaks(): void {
    this.dispatchEvent(new Event("error"));
  }

  tells(name: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }

  changes(calendar: string, number: number): void {
    this.tells("change", { calendar_id: calendar, change_number: number });
  }

  close(): void {
    this.closed = true;
  }
}

const EVERYTHING = { kinds: ["everything"] };

describe("live changes", () => {
  let live: Live;
  let heard: News[];
  let signedIn: boolean;
  const reached = vi.fn();
  const refreshed = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Stream);
    Stream.all = [];
    heard = [];
    signedIn = true;
    live = new Live({ signedIn: async () => signedIn, reached, refreshed });
    live.follow((news) => heard.push(news));
    live.open();
    Stream.last.answers();
  });

  afterEach(() => {
    live.close();
    see("visible");
    vi.unstubAllGlobals();
    vi.useRealTimers();
    vi.clearAllMocks();
  });

  it("are told at once, by calendar and by kind", () => {
    Stream.last.changes("a", 7);
    expect(heard).toEqual([{ calendar: "a", number: 7 }]);
    vi.advanceTimersByTime(1_000);
    Stream.last.tells("settings", { kinds: ["member", "resource"] });
    expect(heard[1]).toEqual({ kinds: ["member", "resource"] });
    expect(reached).toHaveBeenCalledTimes(1);
  });

  it("are told together when many come at once", () => {
    for (let number = 1; number <= 1_000; number++) {
      Stream.last.changes(number % 2 ? "a" : "b", number);
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(400);
    expect(heard.length).toBeLessThanOrEqual(7);
    expect(heard.slice(-2)).toContainEqual({ calendar: "a", number: 999 });
    expect(heard.slice(-2)).toContainEqual({ calendar: "b", number: 1_000 });
  });

  it("are told no more to whoever left", () => {
    const other: News[] = [];
    const leave = live.follow((news) => other.push(news));
    leave();
    Stream.last.changes("a", 7);
    expect([heard.length, other.length]).toEqual([1, 0]);
  });

  it("are followed again after the stream broke off, and everything is read", async () => {
    Stream.last.breaks();
    expect(live.connected).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(Stream.all).toHaveLength(2);
    Stream.last.answers();
    expect(live.connected).toBe(true);
    expect(heard).toEqual([EVERYTHING]);
    expect(refreshed).toHaveBeenCalledTimes(1);
  });

  it("are looked for at growing distances while there is no server", async () => {
    const begun: number[] = [];
    for (let tries = 0; tries < 8; tries++) {
      const before = Stream.all.length;
      const from = Date.now();
      Stream.last.breaks();
      while (Stream.all.length === before) await vi.advanceTimersByTimeAsync(1_000);
      begun.push(Math.round((Date.now() - from) / 1_000));
    }
    expect(begun).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
    dispatchEvent(new Event("online"));
    expect(Stream.all).toHaveLength(10);
  });

  it("are not looked for once the session has ended, until it is renewed", async () => {
    signedIn = false;
    Stream.last.breaks();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Stream.all).toHaveLength(1);
    live.reopen();
    Stream.last.answers();
    expect(heard).toEqual([EVERYTHING]);
  });

  it("need no connection while nobody sees the page", async () => {
    see("hidden");
    await vi.advanceTimersByTimeAsync(29_000);
    expect(Stream.last.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(Stream.last.closed).toBe(true);
    see("visible");
    Stream.last.answers();
    expect([Stream.all.length, heard]).toEqual([2, [EVERYTHING]]);
  });

  it("keep their connection when the page is left for a moment", async () => {
    see("hidden");
    await vi.advanceTimersByTimeAsync(5_000);
    see("visible");
    await vi.advanceTimersByTimeAsync(60_000);
    expect([Stream.all.length, Stream.last.closed]).toEqual([1, false]);
  });

  it("end with the page", async () => {
    Stream.last.breaks();
    live.close();
    await vi.advanceTimersByTimeAsync(60_000);
    live.reopen();
    expect(Stream.all).toHaveLength(1);
  });
});

function see(state: DocumentVisibilityState): void {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}
