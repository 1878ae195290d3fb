// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { type Shortcut, Shortcuts } from "./shortcuts.svelte";

const LABEL = "calendar.today";

function press(
  key: string,
  target: EventTarget = document.body,
  more: KeyboardEventInit = {},
): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

describe("shortcuts", () => {
  const run = vi.fn();
  const shortcut: Shortcut = { keys: ["j", "ArrowRight"], label: LABEL, run };
  let leave = () => {};

  beforeEach(() => {
    run.mockClear();
    leave = new Shortcuts().add([shortcut]);
  });
  afterEach(() => {
    leave();
    document.body.replaceChildren();
  });

  it.each(["j", "ArrowRight"])("%s does it", (key) => {
    expect(press(key).defaultPrevented).toBe(true);
    expect(run).toHaveBeenCalledOnce();
  });

  it("leaves a key to others where it says so", () => {
    run.mockReturnValueOnce(false);
    expect(press("j").defaultPrevented).toBe(false);
    expect(run).toHaveBeenCalledOnce();
  });

  it("leaves other keys to the browser", () => {
    expect(press("x").defaultPrevented).toBe(false);
  });

  it.each(["input", "textarea", "select"])("does nothing while somebody types into %s", (tag) => {
    const field = document.createElement(tag);
    document.body.append(field);
    press("j", field);
    expect(run).not.toHaveBeenCalled();
  });

  it.each(["ctrlKey", "altKey", "metaKey"])("does nothing with %s held", (held) => {
    press("j", document.body, { [held]: true });
    expect(run).not.toHaveBeenCalled();
  });

  it("does nothing where somebody else took the key", () => {
    document.body.addEventListener("keydown", (event) => event.preventDefault(), { once: true });
    press("j");
    expect(run).not.toHaveBeenCalled();
  });

  it("does nothing any more once it is taken away", () => {
    leave();
    press("j");
    expect(run).not.toHaveBeenCalled();
  });

  it("lets what was added last go first", () => {
    leave();
    const shortcuts = new Shortcuts();
    const later = vi.fn();
    shortcuts.add([{ keys: ["k"], label: LABEL, run }]);
    shortcuts.add([{ keys: ["k"], label: LABEL, run: later }]);
    press("k");
    expect([run.mock.calls.length, later.mock.calls.length]).toEqual([0, 1]);
  });
});
