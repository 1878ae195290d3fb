"""Pushes: asked for on a press alone, and shown by the service worker."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page, Route, expect

from browsing import Visit, axe

# Chromium's own push service cannot be reached: the browser's end of it, as far as the page sees it.
FAKE_BROWSER = """
(keys) => {
  let subscribed = null;
  window.asked = 0;
  const subscription = {
    toJSON: () => ({ endpoint: "https://push.example/1", expirationTime: null, keys }),
    unsubscribe: async () => { subscribed = null; return true; },
  };
  const pushManager = {
    getSubscription: async () => subscribed,
    subscribe: async ({ userVisibleOnly, applicationServerKey }) => {
      if (!userVisibleOnly || applicationServerKey.length !== 65) throw new DOMException("No", "AbortError");
      return (subscribed = subscription);
    },
  };
  const registration = { pushManager, waiting: null, addEventListener() {}, update: async () => {} };
  const serviceWorker = {
    controller: {}, ready: Promise.resolve(registration), addEventListener() {},
    register: async () => registration, getRegistration: async () => registration,
  };
  Object.defineProperty(navigator, "serviceWorker", { value: serviceWorker });
  let permission = "default";
  Object.defineProperty(Notification, "permission", { get: () => permission });
  Notification.requestPermission = async () => { window.asked += 1; return (permission = "granted"); };
}
"""


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def public_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return text(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def can_push(page: Page) -> None:
    """Have the server say that it sends pushes."""

    def settings(route: Route) -> None:
        answer = route.fetch()
        given = answer.json()
        route.fulfill(response=answer, json={**given, "available": [*given["available"], "push"]})

    page.route("**/notification-settings", settings)
    page.route("**/api/v1/push/key", lambda route: route.fulfill(json={"key": public_key()}))


def test_a_browser_takes_pushes_once_somebody_wants_them(page: Page) -> None:
    can_push(page)
    keys = {"p256dh": public_key(), "auth": text(bytes(16))}
    page.add_init_script(f"({FAKE_BROWSER})({json.dumps(keys)})")
    page.goto("/settings/notifications")
    turn_on = page.get_by_role("button", name="Turn on for this browser")
    expect(turn_on).to_be_visible()
    assert page.evaluate("asked") == 0
    turn_on.click()
    here = page.get_by_role("listitem").filter(has_text="This device")
    expect(here.last).to_contain_text("Chrome")
    expect(turn_on).to_have_count(0)
    axe(page)
    page.get_by_role("button", name="Remove Chrome").click()
    expect(turn_on).to_be_visible()
    assert subscriptions(page) == 0
    turn_on.click()
    expect(here.last).to_contain_text("Chrome")
    page.get_by_role("button", name="Anna, your account").click()
    with page.expect_response("**/api/v1/push/subscriptions/*") as gone:
        page.get_by_role("button", name="Sign out", exact=True).click()
    assert gone.value.status == 204
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def subscriptions(page: Page) -> int:
    return len(page.request.get("/api/v1/push/subscriptions").json()["items"])


def test_a_push_that_is_said_again_is_shown_once(visit: Visit) -> None:
    page = visit(service_workers="allow", permissions=["notifications"])
    page.goto("/history")
    session = page.context.new_cdp_session(page)
    known: dict[str, str] = {}

    def note(event: dict[str, list[dict[str, str]]]) -> None:
        for each in event["registrations"]:
            known[each["scopeURL"]] = each["registrationId"]

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then((each) => each.active.state)")
    origin = page.evaluate("location.origin")
    for title in ("Dentist: 14:00", "Dentist: 15:00"):  # said again, it takes the place of the first
        said = {"id": "7", "title": title, "text": "Bring the card", "link": f"{origin}/people"}
        push = {"origin": origin, "registrationId": known[f"{origin}/"], "data": json.dumps(said)}
        session.send("ServiceWorker.deliverPushMessage", push)
    page.wait_for_function(
        """async () => {
            const shown = await (await navigator.serviceWorker.ready).getNotifications();
            return shown.length === 1 && shown[0].tag === "7" && shown[0].title.endsWith("15:00");
        }"""
    )
