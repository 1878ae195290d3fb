import { type Api, taken } from "#/api/client";
import { Problem } from "#/api/problem";
import type { PushSubscriptionShown } from "#/api/schema";
import { subscribe, toldOf } from "#/sw/subscribing";

/**
 * Whether this browser takes pushes: `off` and `on`; `blocked` where its owner has forbidden them to this
 * page; `impossible` where it knows none, as over plain HTTP.
 */
export type PushStanding = "unknown" | "impossible" | "blocked" | "off" | "on";

const OURS = "kalends.push"; // under which name the server knows this browser

/** The browsers of a person that take pushes, and this one among them. */
export class Browsers {
  list: readonly PushSubscriptionShown[] = $state.raw([]);
  standing: PushStanding = $state("unknown");
  failure: Error | null = $state.raw(null);
  /** This one's entry in the list. */
  readonly here: PushSubscriptionShown | undefined = $derived(
    this.standing === "on" ? this.list.find((each) => each.id === this.#id) : undefined,
  );
  #id: string | null = $state(localStorage.getItem(OURS));
  #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Ask the server for the list, and the browser how it stands. */
  async refresh(): Promise<void> {
    try {
      this.list = (await taken(this.#api.GET("/api/v1/push/subscriptions"))).items;
      this.standing = await this.#look();
      this.failure = null;
    } catch (error) {
      this.failure = error as Error;
    }
  }

  /** Have pushes come here. Asks the browser's owner, so only somebody's press may call it. */
  async turnOn(): Promise<void> {
    const permission = await Notification.requestPermission();
    if (permission === "granted") await this.#subscribe();
    await this.refresh();
  }

  /** Have no more pushes come to one of the browsers. */
  async remove({ id }: PushSubscriptionShown): Promise<void> {
    if (id === this.#id) {
      await (await subscription())?.unsubscribe();
      this.#keep(null);
    }
    try {
      const path = { subscription_id: id };
      await taken(this.#api.DELETE("/api/v1/push/subscriptions/{subscription_id}", { params: { path } }));
    } catch (error) {
      if (!(error instanceof Problem && error.status === 404)) throw error; // it was removed elsewhere
    }
    await this.refresh();
  }

  async #look(): Promise<PushStanding> {
    if (!canTakePushes()) return "impossible";
    if (Notification.permission === "denied") return "blocked";
    const known = this.list.some((each) => each.id === this.#id);
    return known && (await subscription()) ? "on" : "off";
  }

  async #subscribe(): Promise<void> {
    const { key } = await taken(this.#api.GET("/api/v1/push/key"));
    const { pushManager } = await navigator.serviceWorker.ready;
    // One that was made for another key would be of no use to this server.
    await (await pushManager.getSubscription())?.unsubscribe();
    const body = toldOf(await subscribe(pushManager, key), navigator.userAgent);
    this.#keep((await taken(this.#api.POST("/api/v1/push/subscriptions", { body }))).id);
  }

  #keep(id: string | null): void {
    this.#id = id;
    if (id === null) localStorage.removeItem(OURS);
    else localStorage.setItem(OURS, id);
  }
}

/** Have no more pushes come here, since whoever they are for signs out; what cannot be told is let be. */
export async function leaveBrowser(api: Api): Promise<void> {
  const id = localStorage.getItem(OURS);
  if (id === null) return;
  localStorage.removeItem(OURS);
  const params = { path: { subscription_id: id } };
  await Promise.allSettled([
    subscription().then((each) => each?.unsubscribe()),
    api.DELETE("/api/v1/push/subscriptions/{subscription_id}", { params }),
  ]);
}

/** Say whether the browser can take pushes at all here. */
export function canTakePushes(): boolean {
  return "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
}

// Without a worker, as where it is switched off, there is none and none will come.
async function subscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}
