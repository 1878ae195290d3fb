import type { Arrival } from "#/sw/order";

const LONGEST_RETURN = 1_000; // milliseconds

/** Where in the app the browser is: the address is the one truth of it. */
export class Router {
  path = $state(location.pathname);
  /** Whether somebody has gone on from the page that the visit began with. */
  moved = false;
  query = $state.raw(new URLSearchParams(location.search));

  constructor() {
    history.scrollRestoration = "manual"; // the browser would do it before the page before is there again
    addEventListener("popstate", (event) => this.#return(event));
    addEventListener("scrollend", () => history.replaceState({ scroll: scrollY }, ""));
    addEventListener("click", (event) => this.#follow(event));
    const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined; // not over plain HTTP
    workers?.addEventListener("message", ({ data }: MessageEvent<Arrival>) => this.go(data.go));
  }

  /** Go to an address of the app, as a step that the back button undoes unless `replace`. */
  go(address: string, { replace = false }: { replace?: boolean } = {}): void {
    const { path } = this;
    if (replace) history.replaceState(history.state, "", address);
    else history.pushState(null, "", address);
    this.#read();
    if (this.path !== path) scrollTo(0, 0);
  }

  /** Change the query alone; null takes a parameter away. */
  set(changes: Readonly<Record<string, string | null>>, options: { replace?: boolean } = {}): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    this.go(text ? `${this.path}?${text}` : this.path, options);
  }

  // Back at a place, the page is where it was left, as soon as it is long enough again.
  #return({ state }: PopStateEvent): void {
    const path = this.path;
    this.#read();
    if (this.path === path) return;
    const to = (state as { scroll?: number } | null)?.scroll ?? 0;
    const until = performance.now() + LONGEST_RETURN;
    const step = (): void => {
      const { scrollHeight, clientHeight } = document.documentElement;
      const reached = scrollHeight - clientHeight >= to;
      if (reached || performance.now() > until) scrollTo(0, to);
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #read(): void {
    this.moved ||= this.path !== location.pathname;
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
  }

  // Plain links are links, so that they open in new tabs too; a plain click stays in the page.
  #follow(event: MouseEvent): void {
    const link = (event.target as Element | null)?.closest?.("a[href]") as HTMLAnchorElement | null;
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (/^\/(api|feeds)\//.test(link.pathname)) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}
