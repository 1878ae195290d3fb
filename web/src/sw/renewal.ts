import { subscribe, SUBSCRIPTIONS, toldOf } from "./subscribing";

/** What a browser says when its push service took back a subscription, or gave it another. */
export interface Change {
  readonly oldSubscription?: Pick<PushSubscription, "endpoint"> | null;
  readonly newSubscription?: Pick<PushSubscription, "toJSON"> | null;
}

/** What of a worker's surroundings a renewal needs. */
export interface Means {
  readonly pushManager: Pick<PushManager, "subscribe" | "getSubscription">;
  readonly send: typeof fetch;
  readonly userAgent: string;
}

/**
 * Go on taking pushes under another subscription, and tell the server of it in place of the one before.
 *
 * Where nobody is signed in there is nobody to tell; the server forgets the browser at its next push.
 */
export async function renew(change: Change, { pushManager, send, userAgent }: Means): Promise<void> {
  const session = await read<{ csrf_token: string }>("/api/v1/auth/session");
  const key = await read<{ key: string }>("/api/v1/push/key");
  if (!session || !key) return;
  const made =
    change.newSubscription ??
    (await pushManager.getSubscription()) ??
    (await subscribe(pushManager, key.key));
  const replaces = change.oldSubscription?.endpoint ?? null;
  await send(SUBSCRIPTIONS, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": session.csrf_token },
    body: JSON.stringify({ ...toldOf(made, userAgent), replaces }),
  });

  async function read<T>(address: string): Promise<T | null> {
    const answer = await send(address);
    return answer.ok ? ((await answer.json()) as T) : null;
  }
}
