import type { Occurrence } from "#/api/schema";

import { same } from "./occurrences.svelte";
import type { Dates, Range, Spread } from "./views";

const NONE: Range = { date: "", dates: { start: "", end: "" } };

/** A range with what it holds, to be drawn by a board. */
export class Sheet {
  range: Range = $state.raw(NONE);
  items: readonly Occurrence[] = $state.raw([]);

  put(range: Range, items: readonly Occurrence[]): this {
    this.range = range;
    this.items = items;
    return this;
  }

  shows({ start, end }: Dates): boolean {
    return this.range.dates.start === start && this.range.dates.end === end;
  }
}

/**
 * The range that is shown and those beside it. These are drawn unseen while nobody waits, since to draw a
 * range takes far longer than to uncover it.
 */
export class Sheets {
  all: readonly Sheet[] = $state.raw([]);
  shown: Sheet = $state.raw(new Sheet());
  #view: Spread | null = null;

  /** Show a range: on the sheet that has it, else on the one before us, whose items stay till others come. */
  turn(view: Spread, range: Range): void {
    const found = view === this.#view ? this.all.find((each) => each.shows(range.dates)) : undefined;
    if (found) this.shown = found;
    else this.shown.range = range;
    if (view !== this.#view) this.all = [this.shown];
    this.#view = view;
  }

  /** Draw a range beside the one shown, on a sheet of its own: one that is far from here, or a new one. */
  lay(range: Range, items: readonly Occurrence[], beside: readonly Range[]): void {
    let sheet = this.all.find((each) => each.shows(range.dates));
    if (sheet && same(sheet.items, items)) return;
    sheet ??= this.all.find((each) => each !== this.shown && !beside.some(({ dates }) => each.shows(dates)));
    if (!sheet) this.all = [...this.all, (sheet = new Sheet())];
    sheet.put(range, items);
  }
}
