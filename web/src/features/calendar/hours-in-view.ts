const SLOT = 1800; // seconds, as the board's `slotDuration`
export const SLOT_HEIGHT = 24; // pixels

/** Which hours the board is scrolled to: the same from range to range. */
export class HoursInView {
  /** In seconds since midnight; the board puts it half a slot below its upper edge. */
  from = 7 * 3600;

  heed(scrolled: EventTarget | null): void {
    if (scrolled instanceof HTMLElement && scrolled.matches(".ec-main"))
      this.from = (scrolled.scrollTop / SLOT_HEIGHT + 0.5) * SLOT;
  }

  show(board: HTMLElement): void {
    const main = board.querySelector(".ec-main");
    if (main) main.scrollTop = (this.from / SLOT - 0.5) * SLOT_HEIGHT;
  }
}
