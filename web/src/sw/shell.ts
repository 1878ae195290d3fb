const PREFIX = "kalends-shell-";
const PAGE = "/";
const NOT_PAGES = /^\/(api|assets|feeds|healthz)(\/|$)/;
const ASSETS = "/assets/";

/** The built files of one version of the app, kept by the browser. */
export class Shell {
  #name: string;
  #files: ReadonlySet<string>;

  /** `files` are addresses on this server; the page itself is among them, as "/". */
  constructor(version: string, files: readonly string[]) {
    this.#name = PREFIX + version;
    this.#files = new Set(files);
  }

  /** Fetch all files; throws, and keeps nothing, where one cannot be had. */
  async fill(): Promise<void> {
    const cache = await caches.open(this.#name);
    try {
      // Assets are named after their content; of any other file an older one may be at hand.
      await cache.addAll(
        [...this.#files].map((each) =>
          each.startsWith(ASSETS) ? each : new Request(new URL(each, location.origin), { cache: "reload" }),
        ),
      );
    } catch (error) {
      await caches.delete(this.#name);
      throw error;
    }
  }

  /** Delete other versions, but for the one before: pages that still run it may want more of it. */
  async forgetOthers(): Promise<void> {
    const others = (await caches.keys()).filter((each) => each.startsWith(PREFIX) && each !== this.#name);
    await Promise.all(others.slice(0, -1).map((each) => caches.delete(each)));
  }

  /** Answer with what is kept; undefined where that is the server's to answer. */
  answer(request: Request): Promise<Response> | undefined {
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return undefined;
    if (this.#files.has(pathname) || pathname.startsWith(ASSETS)) return this.#file(request);
    if (request.mode === "navigate" && !NOT_PAGES.test(pathname)) return this.#page(request);
    return undefined;
  }

  async #page(request: Request): Promise<Response> {
    return (await caches.match(PAGE, { cacheName: this.#name })) ?? fetch(request);
  }

  async #file(request: Request): Promise<Response> {
    const kept =
      (await caches.match(request, { cacheName: this.#name })) ?? (await caches.match(request.url));
    if (kept) return kept;
    const answer = await fetch(request);
    // A font of another script, say: not everybody needs it, and who does keeps it.
    if (answer.ok && new URL(request.url).pathname.startsWith(ASSETS)) {
      const cache = await caches.open(this.#name);
      await cache.put(request, answer.clone());
    }
    return answer;
  }
}
