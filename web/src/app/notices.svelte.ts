import type { Translate } from "#/text/words.svelte";

/** A short word at the edge of the page, perhaps with one thing to do about it. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly tone: "plain" | "problem";
  readonly action?: { readonly label: string; readonly run: () => void | Promise<void> };
}

const SHOWN_FOR = 8000; // milliseconds; a problem stays until it is closed

export class Notices {
  shown: readonly Notice[] = $state.raw([]);
  #next = 0;

  say(text: string, action?: Notice["action"]): void {
    const notice = this.#add({ text, tone: "plain", action });
    setTimeout(() => this.close(notice.id), SHOWN_FOR);
  }

  /** Tell of a failure that no form shows. */
  fail(error: unknown, t: Translate): void {
    const known = error instanceof Error && (error.name === "Problem" || error.name === "Unreachable");
    if (!known) throw error;
    this.#add({ text: error.name === "Unreachable" ? t("app.unreachable") : error.message, tone: "problem" });
  }

  close(id: number): void {
    this.shown = this.shown.filter((each) => each.id !== id);
  }

  #add(notice: Omit<Notice, "id">): Notice {
    const added = { ...notice, id: this.#next++ };
    this.shown = [...this.shown.filter((each) => each.text !== added.text), added].slice(-3);
    return added;
  }
}
