/**
 * Links that carry a secret behind a `#`: browsers keep that part to themselves, so that it stands in no log of a
 * server or proxy.
 */
export type Way = "join" | "reset";

export function linkWith(way: Way, token: string, origin: string = location.origin): string {
  return `${origin}/${way}#${token}`;
}

/** Give the secret of a link, or null where there is none. */
export function tokenIn(hash: string): string | null {
  const token = hash.replace(/^#/, "").trim();
  return /^[\w.~-]{8,200}$/.test(token) ? token : null;
}
