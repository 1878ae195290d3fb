// The service worker: it holds the files of one version of the app, so that the app begins without a server
// and never mixes two versions. What the API answers is the page's own affair (api/kept.ts).
import type { Order } from "./order";
import { open, show } from "./push";
import { type Change, renew } from "./renewal";
import { Shell } from "./shell";

declare const self: ServiceWorkerGlobalScope;
// Put in by the build.
declare const KALENDS_VERSION: string;
declare const KALENDS_FILES: readonly string[];

const shell = new Shell(KALENDS_VERSION, KALENDS_FILES);

self.addEventListener("install", (event) => {
  event.waitUntil(shell.fill());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(shell.forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const answer = shell.answer(event.request);
  if (answer) event.respondWith(answer);
});

self.addEventListener("message", (event) => {
  event.waitUntil(obey(event.data as Order));
});

const around = { registration: self.registration, clients: self.clients, origin: self.location.origin };

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data, around));
});

self.addEventListener("notificationclick", (event) => {
  event.waitUntil(open(event.notification, around));
});

// The library of types knows the event's name, and not yet what it holds.
self.addEventListener("pushsubscriptionchange", (event) => {
  const { pushManager } = self.registration;
  const means = { pushManager, send: fetch.bind(self), userAgent: self.navigator.userAgent };
  (event as ExtendableEvent).waitUntil(renew(event as Change, means));
});

async function obey(order: Order): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (order === "take over" || pages.length <= 1) await self.skipWaiting();
}
