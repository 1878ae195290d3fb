import { type Api, type Credentials, makeApi, taken } from "#/api/client";
import { Problem } from "#/api/problem";
import type { SessionView, SignUp } from "#/api/schema";

export type Standing = "unknown" | "signed-out" | "signed-in" | "expired" | "unreachable";

/** Who is signed in with this browser. */
export class Session implements Credentials {
  readonly api: Api;
  standing: Standing = $state("unknown");
  view: SessionView | null = $state.raw(null);
  #waiting: ((again: boolean) => void)[] = [];

  constructor() {
    this.api = makeApi(this);
  }

  get csrf(): string | null {
    return this.view?.csrf_token ?? null;
  }

  /** Ask the server whether this browser is signed in. */
  async begin(): Promise<void> {
    try {
      this.#enter(await taken(this.api.GET("/api/v1/auth/session")));
    } catch (error) {
      this.standing = error instanceof Problem && error.status === 401 ? "signed-out" : "unreachable";
    }
  }

  async signIn(username: string, password: string): Promise<void> {
    this.#enter(await taken(this.api.POST("/api/v1/auth/session", { body: { username, password } })));
  }

  async signUp(body: SignUp): Promise<void> {
    this.#enter(await taken(this.api.POST("/api/v1/auth/session/sign-up", { body })));
  }

  /** Act as another member of the same account. */
  async switchTo(member: string): Promise<void> {
    this.#enter(await taken(this.api.POST("/api/v1/auth/session/switch", { body: { member_id: member } })));
  }

  async signOut(): Promise<void> {
    await taken(this.api.DELETE("/api/v1/auth/session"));
    this.#leave();
  }

  /** The session ended on the server: ask for a sign-in over whatever is shown, and wait for it. */
  renewed(): Promise<boolean> {
    this.standing = "expired";
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Give up waiting for a renewed sign-in. */
  abandon(): void {
    this.#leave();
  }

  #enter(view: SessionView): void {
    const same = this.view === null || this.view.actor.member_id === view.actor.member_id;
    this.view = view;
    this.standing = "signed-in";
    this.#release(same);
  }

  #leave(): void {
    this.view = null;
    this.standing = "signed-out";
    this.#release(false);
  }

  // Somebody else's sign-in must not send what this person had begun.
  #release(again: boolean): void {
    for (const resolve of this.#waiting.splice(0)) resolve(again);
  }
}
