import type { ApiKeyView } from "#/api/schema";
import type { Key } from "#/text/words.svelte";

export type Scope = ApiKeyView["scopes"][number];

export const SCOPES: readonly Scope[] = ["read", "write", "admin"];

export const SCOPE_NAMES: Readonly<Record<Scope, Key>> = {
  read: "settings.scope_read",
  write: "settings.scope_write",
  admin: "settings.scope_admin",
};

/** What a key may do with each. */
export const SCOPE_HINTS: Readonly<Record<Scope, Key>> = {
  read: "settings.scope_read_hint",
  write: "settings.scope_write_hint",
  admin: "settings.scope_admin_hint",
};
