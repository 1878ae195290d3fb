import type { DeliveryState } from "#/api/schema";
import type { Key, Translate } from "#/text/words.svelte";

const CHANNELS: Readonly<Record<string, Key>> = {
  in_app: "notifications.channel_in_app",
  email: "notifications.channel_email",
  push: "notifications.channel_push",
  sms: "notifications.channel_sms",
  webhook: "notifications.channel_webhook",
};
export const KNOWN_CHANNELS: readonly string[] = Object.keys(CHANNELS);

/** Name a channel; one that registered under a name of its own has that. */
export function channelName(channel: string, t: Translate): string {
  const key = CHANNELS[channel];
  return key ? t(key) : channel;
}

export const STATES: readonly DeliveryState[] = [
  "pending",
  "sending",
  "sent",
  "delivered",
  "failed",
  "bounced",
  "suppressed",
  "dropped",
];

/** Whether what is in a state went wrong, and somebody may want to look. */
export const WENT_WRONG: ReadonlySet<DeliveryState> = new Set(["failed", "bounced", "suppressed"]);
