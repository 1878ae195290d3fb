import { describe, expect, it, vi } from "vitest";

import { type Around, open, show } from "./push";

const SAID = {
  id: "7",
  title: "Dentist: 14:00",
  text: "Bring the card",
  link: "https://kalends.example/?event=1",
};

function window(visibilityState: string) {
  return { visibilityState, postMessage: vi.fn(), focus: vi.fn(async () => {}) };
}

function around(...windows: ReturnType<typeof window>[]) {
  return {
    registration: { showNotification: vi.fn(async () => {}) },
    clients: { matchAll: vi.fn(async () => windows), openWindow: vi.fn(async () => null) },
    origin: "http://10.0.0.5:8000",
  };
}

describe("a push", () => {
  it("is shown under its key, so that a repetition takes its place, and leads into the app", async () => {
    const worker = around();
    await show({ json: () => SAID }, worker as unknown as Around);
    expect(worker.registration.showNotification).toHaveBeenCalledWith("Dentist: 14:00", {
      body: "Bring the card",
      tag: "7",
      icon: "/icon-192.png",
      data: "/?event=1",
    });
  });

  it.each([
    [null],
    [
      {
        json: () => {
          throw new SyntaxError("no JSON");
        },
      },
    ],
    [{ json: () => "a text" }],
    [{ json: () => ({ ...SAID, title: "Kalends", text: "", id: "/notifications", link: null }) }],
  ])("that says nothing leads to all that was told (%#)", async (data) => {
    const worker = around();
    await show(data, worker as unknown as Around);
    expect(worker.registration.showNotification).toHaveBeenCalledWith(
      "Kalends",
      expect.objectContaining({ body: "", data: "/notifications" }),
    );
  });
});

describe("a notification that was chosen", () => {
  it("opens in the window that is seen", async () => {
    const [hidden, seen] = [window("hidden"), window("visible")];
    const close = vi.fn();
    await open({ close, data: "/?event=1" }, around(hidden, seen) as unknown as Around);
    expect(close).toHaveBeenCalled();
    expect(seen.postMessage).toHaveBeenCalledWith({ go: "/?event=1" });
    expect(seen.focus).toHaveBeenCalled();
    expect(hidden.postMessage).not.toHaveBeenCalled();
  });

  it("opens a window where there is none", async () => {
    const worker = around();
    await open({ close: vi.fn(), data: undefined }, worker as unknown as Around);
    expect(worker.clients.openWindow).toHaveBeenCalledWith("/notifications");
  });
});
