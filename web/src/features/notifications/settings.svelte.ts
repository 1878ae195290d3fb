import { type Api, ifMatch, taken } from "#/api/client";
import { Query } from "#/api/query.svelte";
import type { NotificationSettingsShown, operations } from "#/api/schema";
import type { Once } from "#/api/submission.svelte";
import type { Household } from "#/app/household.svelte";
import type { Stored } from "#/parts/edit.svelte";
import type { Store } from "#/parts/saving.svelte";
import { severalOf } from "#/parts/several";

/** The channels of each kind of news as several in one text, under `kind:NAME`; and when nothing is told. */
export type TellingFields = Record<`kind:${string}`, string> & {
  /** Channels that are silent, several in one text. */
  switched_off: string;
  /** Whether there are quiet hours; their times stay typed where there are none. */
  quiet: boolean;
  since: string;
  until: string;
  urgent_passes: boolean;
  every: string;
  at: string;
  weekday: string;
};

export type SettingsChanges =
  operations["update_notification_settings"]["requestBody"]["content"]["application/json"];
type Digest = NonNullable<SettingsChanges["digest"]>;

const QUIET = { since: "22:00", until: "07:00", urgent_passes: true };

/** How this person is told of what, and where. Read once for all the parts of the page that change it. */
export class Telling {
  readonly query: Query<NotificationSettingsShown>;
  #api: Api;
  #member: string;

  constructor(api: Api, household: Household) {
    this.#api = api;
    this.#member = household.actor.member_id;
    this.query = new Query((signal) => this.#read(signal));
  }

  /** Change what stands beside the form: addresses, the webhook's secret. Throws where another version is stored. */
  async change(changes: SettingsChanges, once: Once): Promise<void> {
    const { version = 0 } = this.query.data ?? {};
    this.query.data = await changing(this.#api, changes, { member: this.#member, version, once });
  }

  /** Have a channel sent to again, after its address bounced or its owner unsubscribed. */
  async resume(channel: string): Promise<void> {
    const path = { member_id: this.#member, channel };
    await taken(
      this.#api.DELETE("/api/v1/members/{member_id}/notification-settings/suppressed/{channel}", {
        params: { path },
      }),
    );
    await this.query.refresh();
  }

  /** How the form saves. */
  readonly store: Store<TellingFields> = {
    read: async () => storedOf((this.query.data = await this.#read())),
    write: async ({ typed, changes, version, once }) => {
      const body = changesOf(typed, changes);
      return storedOf(
        (this.query.data = await changing(this.#api, body, { member: this.#member, version, once })),
      );
    },
  };

  #read(signal?: AbortSignal): Promise<NotificationSettingsShown> {
    const path = { member_id: this.#member };
    return taken(
      this.#api.GET("/api/v1/members/{member_id}/notification-settings", { params: { path }, signal }),
    );
  }
}

/** Give what is stored as the form holds it. */
export function storedOf(settings: NotificationSettingsShown): Stored<TellingFields> {
  const { channels, switched_off, quiet_hours, digest, version } = settings;
  const quiet = quiet_hours ?? QUIET;
  const kinds = Object.entries(channels).map(([kind, names]) => [`kind:${kind}`, names.join(" ")]);
  return {
    values: {
      ...(Object.fromEntries(kinds) as Record<`kind:${string}`, string>),
      switched_off: switched_off.join(" "),
      quiet: quiet_hours !== null,
      since: quiet.since.slice(0, 5),
      until: quiet.until.slice(0, 5),
      urgent_passes: quiet.urgent_passes ?? true,
      every: digest.every ?? "off",
      at: (digest.at ?? "08:00").slice(0, 5),
      weekday: digest.weekday ?? "monday",
    } as TellingFields,
    version,
  };
}

/** Give what of the form is a change, as the server takes it: quiet hours and the digest go as wholes. */
export function changesOf(typed: TellingFields, changes: Partial<TellingFields>): SettingsChanges {
  const changed = (...names: string[]) => names.some((name) => name in changes);
  const kinds = Object.entries(changes)
    .filter(([name]) => name.startsWith("kind:"))
    .map(([name, value]) => [name.slice(5), severalOf(String(value))]);
  const { quiet, since, until, urgent_passes, every, at, weekday } = typed;
  return {
    ...(kinds.length ? { channels: Object.fromEntries(kinds) } : {}),
    ...(changed("switched_off") ? { switched_off: severalOf(typed.switched_off) } : {}),
    ...(changed("quiet", "since", "until", "urgent_passes")
      ? { quiet_hours: quiet ? { since, until, urgent_passes } : null }
      : {}),
    ...(changed("every", "at", "weekday") ? { digest: { every, at, weekday } as Digest } : {}),
  };
}

/** Give a secret to sign webhooks with, as nobody else can guess it. */
export function newSecret(): string {
  return [...crypto.getRandomValues(new Uint8Array(24))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

function changing(
  api: Api,
  body: SettingsChanges,
  { member, version, once }: { member: string; version: number; once: Once },
): Promise<NotificationSettingsShown> {
  return taken(
    api.PATCH("/api/v1/members/{member_id}/notification-settings", {
      params: { path: { member_id: member }, header: { ...ifMatch(version), ...once } },
      body,
    }),
  );
}
