import { taken } from "#/api/client";
import { Problem, Unreachable } from "#/api/problem";
import type { ImportShown } from "#/api/schema";
import { createContext } from "svelte";

import type { App } from "#/app/app.svelte";

import { sendFile } from "./send";

/** Where a file is on its way. */
export type Stage = "choosing" | "checking" | "checked" | "storing" | "stored" | "undone";

/** One file on its way into a calendar: first what would come of it, then, if that is wanted, the deed. */
export class Import {
  readonly file: File;
  /** Chosen for it; null until then. */
  calendar: string | null = $state(null);
  stage: Stage = $state("choosing");
  /** How much of the file is with the server, from 0 to 1. */
  part = $state(0);
  /** What would come of it, and once it is stored what did. */
  report: ImportShown | null = $state.raw(null);
  failure: Problem | Unreachable | null = $state.raw(null);
  #app: App;
  #running: AbortController | null = null;
  #key = crypto.randomUUID();

  constructor(app: App, file: File) {
    this.#app = app;
    this.file = file;
  }

  get isBusy(): boolean {
    return this.stage === "checking" || this.stage === "storing";
  }

  /** Ask what would come of it in this calendar. */
  async check(calendar: string): Promise<void> {
    this.stop();
    this.calendar = calendar;
    this.report = null;
    await this.#send("checking", "checked", "choosing");
  }

  /** Store it. */
  async store(): Promise<void> {
    if (this.stage === "checked") await this.#send("storing", "stored", "checked");
  }

  /** Take it back out of the calendar. */
  async undo(): Promise<void> {
    const id = this.report?.change_set_id;
    if (!id || this.stage !== "stored") return;
    try {
      const path = { change_set_id: id };
      await taken(this.#app.api.POST("/api/v1/change-sets/{change_set_id}/undo", { params: { path } }));
      this.stage = "undone";
      this.failure = null;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Give up what is under way. */
  stop(): void {
    this.#running?.abort();
    this.#running = null;
  }

  async #send(during: Stage, after: Stage, before: Stage): Promise<void> {
    if (!this.calendar) return;
    const running = (this.#running = new AbortController());
    this.stage = during;
    this.part = 0;
    this.failure = null;
    try {
      const report = await sendFile(this.#app.session, {
        file: this.file,
        calendar: this.calendar,
        preview: during === "checking",
        ...(during === "storing" && { once: { "Idempotency-Key": this.#key } }),
        signal: running.signal,
        onprogress: (part) => (this.part = part),
      });
      if (this.#running !== running) return;
      this.report = report;
      this.stage = after;
    } catch (error) {
      if (this.#running !== running) return;
      this.stage = before;
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
    this.failure = error;
    // What the server refused can be asked for anew; what it may have done, only under the same key.
    if (error instanceof Problem && error.status < 500) this.#key = crypto.randomUUID();
  }
}

/** The files that were given, one after the other. */
export class Imports {
  waiting: readonly File[] = $state.raw([]);
  current: Import | null = $state.raw(null);
  #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  /** Take files in; the first is looked at once none is before it. */
  give(files: Iterable<File>): void {
    this.waiting = [...this.waiting, ...files];
    if (!this.current) this.next();
  }

  /** Go on to the next file; the one before is done with. */
  next(): void {
    this.current?.stop();
    const [first, ...rest] = this.waiting;
    this.waiting = rest;
    this.current = first ? new Import(this.#app, first) : null;
  }

  /** Let go of all of them. */
  close(): void {
    this.waiting = [];
    this.next();
  }
}

export const [getImports, setImports] = createContext<Imports>();
