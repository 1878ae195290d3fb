/**
 * Something read from the server: what was read last stays shown while it is read anew.
 *
 * Of several reads under way only the newest counts.
 */
export class Query<T> {
  data: T | undefined = $state.raw();
  failure: Error | null = $state.raw(null);
  loading = $state(false);
  #read: (signal: AbortSignal) => Promise<T>;
  #running: AbortController | null = null;

  constructor(read: (signal: AbortSignal) => Promise<T>) {
    this.#read = read;
  }

  /** Read now, in place of a read under way. */
  async refresh(): Promise<void> {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    this.loading = true;
    try {
      const data = await this.#read(running.signal);
      if (this.#running === running) {
        this.data = data;
        this.failure = null;
      }
    } catch (error) {
      if (this.#running === running) this.failure = error as Error;
    } finally {
      if (this.#running === running) {
        this.loading = false;
        this.#running = null;
      }
    }
  }

  /** Stop a read under way; nobody looks any more. */
  stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.loading = false;
  }
}
