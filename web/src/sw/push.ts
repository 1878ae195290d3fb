import type { Arrival } from "./order";

/** What the server sends as a push; `id` is the same where it has to say it again. */
interface Pushed {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** Where it leads, as a whole address; null where the server does not know its own. */
  readonly link: string | null;
}

/** What of a worker's surroundings pushes need. */
export interface Around {
  readonly registration: Pick<ServiceWorkerRegistration, "showNotification">;
  readonly clients: Pick<Clients, "matchAll" | "openWindow">;
  readonly origin: string;
}

const PAGE = "/notifications"; // where all of it is to be read

/** Show a push. Browsers want one shown for each that comes, so what cannot be read is shown as well. */
export async function show(data: Pick<PushMessageData, "json"> | null, around: Around): Promise<void> {
  const pushed = readOf(data);
  await around.registration.showNotification(pushed?.title ?? "Kalends", {
    body: pushed?.text ?? "",
    tag: pushed?.id ?? PAGE, // one that is said again takes the place of the first
    icon: "/icon-192.png",
    data: addressOf(pushed?.link ?? null, around.origin),
  });
}

/** Go to what a notification is about: in a window of the app that is open, or in a new one. */
export async function open(
  notification: Pick<Notification, "close" | "data">,
  around: Around,
): Promise<void> {
  notification.close();
  const address = typeof notification.data === "string" ? notification.data : PAGE;
  const windows = await around.clients.matchAll({ type: "window" });
  const found = windows.find((each) => each.visibilityState === "visible") ?? windows[0];
  if (!found) {
    await around.clients.openWindow(address);
    return;
  }
  found.postMessage({ go: address } satisfies Arrival); // the page goes there itself, without loading anew
  await found.focus();
}

function readOf(data: Pick<PushMessageData, "json"> | null): Pushed | null {
  try {
    const read: unknown = data?.json();
    return typeof read === "object" && read !== null && "title" in read ? (read as Pushed) : null;
  } catch {
    return null;
  }
}

// The address by which the server knows itself may be another than the one that this browser uses.
function addressOf(link: string | null, origin: string): string {
  if (!link) return PAGE;
  try {
    const { pathname, search } = new URL(link, origin);
    return pathname + search;
  } catch {
    return PAGE;
  }
}
