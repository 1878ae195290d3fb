import { deviceOf } from "#/features/settings/devices";

/** Where the server takes what a browser tells of its pushes. */
export const SUBSCRIPTIONS = "/api/v1/push/subscriptions";

/** What the server needs to send pushes to a browser. */
export interface Told {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
  readonly device: string | null;
}

/** Have a push service take pushes for this browser, from the server that has `key`. */
export function subscribe(
  pushManager: Pick<PushManager, "subscribe">,
  key: string,
): Promise<PushSubscription> {
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
}

/** Give a subscription as the server is told of it. */
export function toldOf(made: Pick<PushSubscription, "toJSON">, userAgent: string): Told {
  const { endpoint = "", keys = {} } = made.toJSON();
  const { browser, system } = deviceOf(userAgent);
  return {
    endpoint,
    keys: { p256dh: keys["p256dh"] ?? "", auth: keys["auth"] ?? "" },
    device: [browser, system].filter(Boolean).join(", ") || null,
  };
}

/** Read URL-safe base64. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
}
