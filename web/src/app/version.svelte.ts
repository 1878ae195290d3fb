import type { Order } from "#/sw/order";

const LOOK_EVERY = 3_600_000; // milliseconds
const BEGINNING = 2_000; // milliseconds in which a page may still be replaced without being asked

/**
 * The version of the app that runs here, and whether a newer one waits.
 *
 * The service worker holds all files of one version, so that a page never mixes two. A newer one waits until
 * somebody agrees to a reload, or until a page begins alone, when nothing can have been typed yet.
 */
export class Version {
  /** A newer version is here, or this one's files are gone. */
  newer = $state(false);
  #registration: ServiceWorkerRegistration | undefined;
  #ordered = false;

  /** Install the app in this browser, where it allows that, and watch for newer versions. */
  async install(): Promise<void> {
    addEventListener("vite:preloadError", () => (this.newer = navigator.onLine));
    const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined; // not over plain HTTP
    if (!workers) return;
    const first = workers.controller === null;
    workers.addEventListener("controllerchange", () => {
      if (this.#ordered) location.reload();
      else this.newer ||= !first; // another tab has gone on
    });
    try {
      await workers.register("/sw.js");
      this.#registration = await workers.getRegistration();
    } catch {
      return; // switched off in this browser, or no server: the page works without it
    }
    this.#order("take over if alone");
    setTimeout(() => (this.#ordered = false), BEGINNING);
    this.#registration?.addEventListener("updatefound", () => this.#await(this.#registration?.installing));
    this.newer ||= Boolean(this.#registration?.waiting);
    setInterval(() => this.look(), LOOK_EVERY);
  }

  /** See whether the server has a newer version, such as after it was away. */
  look(): void {
    this.#registration?.update().catch(() => {}); // it will be looked for again
  }

  /** Go on with the newer version. */
  reload(): void {
    if (this.#registration?.waiting) this.#order("take over");
    else location.reload();
  }

  #await(worker: ServiceWorker | null | undefined): void {
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && navigator.serviceWorker.controller) this.newer = true;
    });
  }

  #order(order: Order): void {
    const waiting = this.#registration?.waiting;
    if (!waiting) return; // a first worker takes over by itself, and nothing changes by it
    this.#ordered = true;
    waiting.postMessage(order);
  }
}
