import { untrack } from "svelte";

import type { Key } from "#/text/words.svelte";

/** Something that a key does in the page that is shown. */
export interface Shortcut {
  /** As `KeyboardEvent.key` gives them; any one of them does it. */
  readonly keys: readonly [string, ...string[]];
  /** What the help sheet says about it. */
  readonly label: Key;
  /** Gives false where the key is left to others as well. */
  readonly run: (event: KeyboardEvent) => unknown;
}

const TYPED_INTO = "input, select, textarea, [contenteditable]";

/**
 * Single keys that do something. Pages add theirs while they are shown; what was added last goes first.
 *
 * Nothing happens while somebody types, holds Control, Alt or Meta, or answers a dialog.
 */
export class Shortcuts {
  bound: readonly Shortcut[] = $state.raw([]);
  /** Whether the help sheet is open. */
  explained = $state(false);

  constructor() {
    addEventListener("keydown", (event) => this.#heed(event));
  }

  /** Add shortcuts; call what is given back to take them away. */
  add(shortcuts: readonly Shortcut[]): () => void {
    untrack(() => (this.bound = [...shortcuts, ...this.bound]));
    return () => {
      this.bound = this.bound.filter((each) => !shortcuts.includes(each));
    };
  }

  #heed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if ((event.target as Element | null)?.closest?.(TYPED_INTO)) return;
    if (document.querySelector("dialog:modal")) return;
    if (event.key === "?") this.explained = !this.explained;
    else {
      const shortcut = this.bound.find((each) => each.keys.includes(event.key));
      if (!shortcut || shortcut.run(event) === false) return;
    }
    event.preventDefault();
  }
}
