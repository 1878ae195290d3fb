import { type Api, taken } from "#/api/client";
import { Pages } from "#/api/pages.svelte";
import type { JobShown } from "#/api/schema";

const SHOWN = 20; // at a time: what fails stands above, and what is to come goes on for weeks

export type JobState = JobShown["state"];

/** What is to be done later, what is being done, and what has failed for good. */
export class JobLists {
  readonly of: Readonly<Record<JobState, Pages<JobShown>>>;
  #api: Api;

  constructor(api: Api) {
    this.#api = api;
    const pages = (state: JobState) =>
      new Pages<JobShown>(
        (cursor, signal) =>
          taken(api.GET("/api/v1/jobs", { params: { query: { state, cursor, limit: SHOWN } }, signal })),
        (job) => job.id,
      );
    this.of = { dead: pages("dead"), running: pages("running"), waiting: pages("waiting") };
  }

  get loading(): boolean {
    return Object.values(this.of).some((pages) => pages.loading);
  }

  async refresh(): Promise<void> {
    await Promise.all(Object.values(this.of).map((pages) => pages.refresh()));
  }

  stop(): void {
    for (const pages of Object.values(this.of)) pages.stop();
  }

  /** Have what has failed for good tried again, now. */
  async retry({ id }: JobShown): Promise<void> {
    await taken(this.#api.POST("/api/v1/jobs/{job_id}/retry", { params: { path: { job_id: id } } }));
    await this.refresh();
  }

  /** Call a job off. */
  async cancel({ id }: JobShown): Promise<void> {
    await taken(this.#api.DELETE("/api/v1/jobs/{job_id}", { params: { path: { job_id: id } } }));
    await this.refresh();
  }
}
