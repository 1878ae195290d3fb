import type { Shortcut } from "#/app/shortcuts.svelte";

import type { Place } from "./place.svelte";
import { VIEWS } from "./views";

interface Deeds {
  readonly create: () => void;
  readonly search: () => void;
  /** Go to the line where events are typed. */
  readonly add: () => void;
  /** Leave what was opened over the calendar. */
  readonly leave: () => void;
}

/** Give what keys do on the calendar page. */
export function pageShortcuts(place: Place, deeds: Deeds): readonly Shortcut[] {
  // A panel that is open is closed by Escape too.
  const leave = (): false => {
    deeds.leave();
    return false;
  };
  const keys = { day: "d", week: "w", month: "m", agenda: "a", timeline: "l" } as const;
  return [
    { keys: ["t"], label: "calendar.today", run: () => place.go(place.view, place.today) },
    { keys: ["j", "ArrowRight"], label: "calendar.forward", run: () => place.step(1) },
    { keys: ["k", "ArrowLeft"], label: "calendar.back", run: () => place.step(-1) },
    ...VIEWS.map((view): Shortcut => ({
      keys: [keys[view]],
      label: `calendar.view_${view}`,
      run: () => place.go(view),
    })),
    { keys: ["n"], label: "calendar.new", run: deeds.create },
    { keys: ["c"], label: "calendar.quick_add", run: deeds.add },
    { keys: ["/"], label: "calendar.search", run: deeds.search },
    { keys: ["Escape"], label: "calendar.leave", run: leave },
  ];
}
