/** What a page tells the worker that waits: to take over, or to do so only if no other page runs the version before. */
export type Order = "take over" | "take over if alone";

/** What the worker tells a page: to go to an address, since somebody chose a notification that leads there. */
export interface Arrival {
  readonly go: string;
}
