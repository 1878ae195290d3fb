/** What this browser remembers by itself, before and after sign-in; nothing of it is anybody's secret. */
export type Theme = "auto" | "light" | "dark";

const THEME = "kalends.theme";
const HIDDEN = "kalends.hidden-calendars";

export class Device {
  theme: Theme = $state(read(THEME, "auto") as Theme);
  /** Calendars that are not drawn on this device. */
  hidden: ReadonlySet<string> = $state.raw(new Set(namesIn(read(HIDDEN, "[]"))));

  constructor() {
    this.#apply();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    localStorage.setItem(THEME, theme);
    this.#apply();
  }

  toggleCalendar(id: string): void {
    const hidden = new Set(this.hidden);
    if (!hidden.delete(id)) hidden.add(id);
    this.hidden = hidden;
    localStorage.setItem(HIDDEN, JSON.stringify([...hidden]));
  }

  #apply(): void {
    document.documentElement.dataset["theme"] = this.theme;
  }
}

function read(name: string, otherwise: string): string {
  return localStorage.getItem(name) ?? otherwise;
}

// What somebody or something else has written there must not keep the app from beginning.
function namesIn(text: string): string[] {
  try {
    return JSON.parse(text) as string[];
  } catch {
    return [];
  }
}
