import { type Api, taken } from "#/api/client";
import { Query } from "#/api/query.svelte";
import type { RunShown } from "#/api/schema";
import type { Once } from "#/api/submission.svelte";

const PATIENCE = 1; // seconds that a start waits for the proposal: most need no more
const PAUSES = [400, 800, 1500]; // milliseconds between looks at a run that goes on; the last for ever

/** One's own runs of the day, and the one that is looked at, which is watched for as long as it goes on. */
export class Runs {
  readonly earlier: Query<readonly RunShown[]>;
  readonly watched: Query<RunShown>;
  #api: Api;
  #id: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api) {
    this.#api = api;
    this.earlier = new Query(
      async (signal) => (await taken(api.GET("/api/v1/optimisations", { signal }))).items,
    );
    this.watched = new Query((signal) => {
      const path = { run_id: this.#id ?? "" };
      return taken(api.GET("/api/v1/optimisations/{run_id}", { params: { path }, signal }));
    });
  }

  /** Ask for a better arrangement of a stretch of time; watch the run that comes of it with `watch`. */
  async start(start: string, end: string, once: Once): Promise<RunShown> {
    const params = { query: { wait: PATIENCE }, header: once };
    return taken(this.#api.POST("/api/v1/optimisations", { params, body: { start, end } }));
  }

  /** Look at a run until it has ended; at none where null. */
  async watch(id: string | null): Promise<void> {
    this.stop();
    if (this.#id !== id) this.watched.data = undefined;
    this.#id = id;
    await (id === null ? this.earlier.refresh() : this.#look(0));
  }

  async cancel(): Promise<void> {
    const path = { run_id: this.#id ?? "" };
    this.watched.data = await taken(
      this.#api.POST("/api/v1/optimisations/{run_id}/cancel", { params: { path } }),
    );
    await this.watch(this.#id);
  }

  /** Nobody looks any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.watched.stop();
  }

  async #look(times: number): Promise<void> {
    const id = this.#id;
    await this.watched.refresh();
    if (this.#id !== id || this.watched.data?.state !== "running") return;
    const pause = PAUSES[Math.min(times, PAUSES.length - 1)];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(times + 1), pause);
  }
}
