/** What the browser shows: the app, or one of the pages before it. */
export type WayIn = "app" | "sign-in" | "setup" | "join" | "reset";

/** What decides it. */
export interface Arrival {
  readonly path: string;
  /** Who is signed in. */
  readonly member: string | null;
  /** Who has begun to set a household up with this browser and is not done. */
  readonly founder: string | null;
  /** The household is being founded just now. */
  readonly founding: boolean;
}

/** A link that was handed over counts wherever somebody is; then an unfinished set-up; then the app. */
export function wayIn({ path, member, founder, founding }: Arrival): WayIn {
  if (path === "/join") return "join";
  if (path === "/reset") return "reset";
  if (founding || (member !== null && member === founder)) return "setup";
  if (member !== null) return "app";
  return path === "/setup" ? "setup" : "sign-in";
}
