/**
 * Whether the server answers, and how old what is shown may be.
 *
 * Instants are milliseconds since 1970. The client tells it of every answer, and of none.
 */
export class Network {
  /** Since when nothing answers; null while something does. */
  silentSince: number | null = $state(null);
  /** When the oldest of what is shown was loaded, where it was kept from before; null where all is fresh. */
  shownFrom: number | null = $state(null);
  /** Called when the server falls silent, and when an answer comes that may differ from what is shown. */
  onturn: (turn: "silent" | "back" | "late") => void = () => {};

  answered(): void {
    if (this.silentSince === null) return;
    this.silentSince = null;
    this.onturn("back");
  }

  unanswered(): void {
    if (this.silentSince !== null) return;
    this.silentSince = Date.now();
    this.onturn("silent");
  }

  /** Something that was kept is shown in place of an answer. */
  showing(from: number): void {
    this.shownFrom = Math.min(from, this.shownFrom ?? from);
  }

  /** What was kept is shown, and another answer has come after all. */
  late(): void {
    this.onturn("late");
  }

  /** Everything is being read anew. */
  refreshed(): void {
    this.shownFrom = null;
  }
}
