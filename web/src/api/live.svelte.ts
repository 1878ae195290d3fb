/** What changed: a calendar's events, or things besides events, by kind. */
export type News = { calendar: string; number: number } | { kinds: readonly string[] };

/** What the stream asks of the app. */
export interface Surroundings {
  /** Say whether to go on: false where the session has ended. */
  signedIn(): Promise<boolean>;
  /** The server answers. */
  reached(): void;
  /** Everything is about to be read anew. */
  refreshed(): void;
}

const FIRST_RETRY = 1_000; // milliseconds; each further try waits twice as long
const LAST_RETRY = 30_000;
const TOGETHER = 400; // milliseconds in which changes after the first are told as one
const UNSEEN = 30_000; // milliseconds after which a page that nobody sees lets go of its connection

/**
 * The server's stream of changes, made by whomever and wherever, while somebody looks.
 *
 * What was missed while there was no stream is told as the kind "everything". A burst is told as few changes:
 * the first at once, what follows it together.
 */
export class Live {
  connected = $state(false);
  #around: Surroundings;
  #wanted = false;
  #source: EventSource | null = null;
  #behind = false;
  #tries = 0;
  #retry: Timer;
  #unseen: Timer;
  #telling: Timer;
  #numbers = new Map<string, number>();
  #kinds = new Set<string>();
  #listeners = new Set<(news: News) => void>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Follow changes until `close`. */
  open(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    addEventListener("online", this.#look);
    document.addEventListener("visibilitychange", this.#look);
    this.#connect();
  }

  close(): void {
    this.#wanted = false;
    this.#behind = false;
    this.#tries = 0;
    removeEventListener("online", this.#look);
    document.removeEventListener("visibilitychange", this.#look);
    this.#disconnect();
    for (const timer of [this.#unseen, this.#telling]) clearTimeout(timer);
    this.#telling = undefined;
  }

  /** Begin a new stream, since this one may be dead, and read everything once it is there. */
  reopen(): void {
    if (!this.#wanted) return;
    this.#behind = true;
    this.#tries = 0;
    this.#connect();
  }

  /** Be told of changes; call what is given back to be told no more. */
  follow(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Have everything read anew. */
  refresh(): void {
    this.#around.refreshed();
    this.#hear({ kinds: ["everything"] });
  }

  #connect(): void {
    this.#disconnect();
    const source = (this.#source = new EventSource("/api/v1/live"));
    source.addEventListener("open", () => {
      this.connected = true;
      this.#tries = 0;
      this.#around.reached();
      if (this.#behind) this.refresh();
      this.#behind = false;
    });
    source.addEventListener("error", () => void this.#lost(source));
    source.addEventListener("change", (event) => {
      const { calendar_id, change_number } = JSON.parse(event.data);
      this.#hear({ calendar: calendar_id, number: change_number });
    });
    source.addEventListener("settings", (event) => this.#hear({ kinds: JSON.parse(event.data).kinds }));
  }

  #disconnect(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
    this.connected = false;
  }

  // The browser would try again by itself, at one pace for ever, and not after an answer such as 401, which
  // it does not show either: so the session is asked, and the pace is ours.
  async #lost(source: EventSource): Promise<void> {
    if (this.#source !== source) return;
    this.#disconnect();
    this.#behind = true;
    const goOn = await this.#around.signedIn();
    if (!goOn || !this.#wanted || this.#source || document.visibilityState === "hidden") return;
    const wait = Math.min(FIRST_RETRY * 2 ** this.#tries++, LAST_RETRY);
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  // Each stream takes one of the few connections that a browser has to a server: an unseen page needs none.
  #look = (): void => {
    clearTimeout(this.#unseen);
    if (document.visibilityState === "hidden") {
      this.#unseen = setTimeout(() => {
        this.#behind = true;
        this.#disconnect();
      }, UNSEEN);
    } else if (!this.connected) {
      this.#connect();
    }
  };

  #hear(news: News): void {
    if ("kinds" in news) for (const kind of news.kinds) this.#kinds.add(kind);
    else this.#numbers.set(news.calendar, news.number);
    if (this.#telling === undefined) this.#tell();
  }

  #tell(): void {
    this.#telling = undefined;
    const changed = [...this.#numbers].map(([calendar, number]) => ({ calendar, number }));
    const news: News[] = this.#kinds.size > 0 ? [...changed, { kinds: [...this.#kinds] }] : changed;
    if (news.length === 0) return;
    this.#telling = setTimeout(() => this.#tell(), TOGETHER);
    this.#numbers.clear();
    this.#kinds.clear();
    for (const each of news) for (const listener of [...this.#listeners]) listener(each);
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined;
