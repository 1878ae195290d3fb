/** What changed: a calendar's events, or things besides events, by kind. */
export type News = { calendar: string; number: number } | { kinds: readonly string[] };

/**
 * The server's stream of changes, made by whomever and wherever.
 *
 * The browser reconnects by itself and names the last change that it was told of.
 */
export class Live {
  connected = $state(false);
  #source: EventSource | null = null;
  #listeners = new Set<(news: News) => void>();
  #missed = false;

  /** Follow changes until `close`. */
  open(): void {
    this.close();
    const source = (this.#source = new EventSource("/api/v1/live"));
    source.addEventListener("open", () => {
      this.connected = true;
      if (this.#missed) this.#tell({ kinds: ["everything"] });
      this.#missed = false;
    });
    source.addEventListener("error", () => {
      this.connected = false;
      this.#missed = true;
    });
    source.addEventListener("change", (event) => {
      const { calendar_id, change_number } = JSON.parse(event.data);
      this.#tell({ calendar: calendar_id, number: change_number });
    });
    source.addEventListener("settings", (event) => this.#tell({ kinds: JSON.parse(event.data).kinds }));
  }

  close(): void {
    this.#source?.close();
    this.#source = null;
    this.connected = false;
  }

  /** Be told of changes; call what is given back to be told no more. */
  follow(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(news: News): void {
    for (const listener of this.#listeners) listener(news);
  }
}
