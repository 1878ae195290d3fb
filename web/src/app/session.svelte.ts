import { type Api, type Credentials, makeApi, taken } from "#/api/client";
import { Kept } from "#/api/kept";
import { Network } from "#/api/network.svelte";
import { Problem } from "#/api/problem";
import type { SessionView, SignUp } from "#/api/schema";

/**
 * `ended`: the server ended the session, and nobody needs it yet. `expired`: something waits for a new sign-in.
 */
export type Standing = "unknown" | "signed-out" | "signed-in" | "ended" | "expired" | "unreachable";

/** What tabs of one browser, which share a cookie, tell each other. */
type Told = "entered" | "left";

const PATIENCE = 4_000; // milliseconds at the start, where the last session is remembered

/** Who is signed in with this browser. */
export class Session implements Credentials {
  readonly api: Api;
  standing: Standing = $state("unknown");
  view: SessionView | null = $state.raw(null);
  #network: Network;
  #kept: Kept;
  #tabs = new BroadcastChannel("kalends.session");
  #waiting: ((again: boolean) => void)[] = [];

  constructor(network = new Network(), kept = new Kept()) {
    this.#network = network;
    this.#kept = kept;
    this.api = makeApi(this, { network, kept });
    this.#tabs.addEventListener("message", ({ data }: MessageEvent<Told>) => {
      if (data === "left") this.#leave();
      else if (this.view) void this.check();
    });
  }

  /** The token at hand; empty where the session was only remembered. */
  get csrf(): string | null {
    return this.view?.csrf_token ?? null;
  }

  async token(): Promise<string | null> {
    if (this.csrf === "") await this.#ask();
    return this.csrf || null;
  }

  /** Ask the server whether this browser is signed in; without an answer, begin as it last was. */
  async begin(): Promise<void> {
    const before = await this.#kept.remembered();
    try {
      await this.#ask(before && AbortSignal.timeout(PATIENCE));
    } catch {
      this.#network.unanswered();
      if (before) this.#enter(before);
      else this.standing = "unreachable";
    }
    if (this.standing === "ended") this.standing = "signed-out";
  }

  /** Ask again; false where the session has ended, true also where that cannot be known now. */
  async check(): Promise<boolean> {
    try {
      await this.#ask();
    } catch {
      return true;
    }
    return this.standing === "signed-in";
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.#begun(this.api.POST("/api/v1/auth/session", { body: { username, password } }));
  }

  async signUp(body: SignUp): Promise<void> {
    await this.#begun(this.api.POST("/api/v1/auth/session/sign-up", { body }));
  }

  /** Act as another member of the same account. */
  async switchTo(member: string): Promise<void> {
    await this.#begun(this.api.POST("/api/v1/auth/session/switch", { body: { member_id: member } }));
  }

  async signOut(): Promise<void> {
    try {
      await taken(this.api.DELETE("/api/v1/auth/session"));
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401)) throw error; // it had ended already
    }
    this.#leave();
    this.#tell("left");
  }

  /** Ask for a sign-in over whatever is shown. */
  renew(): void {
    this.standing = "expired";
  }

  async renewed(since: SessionView | null): Promise<boolean> {
    if (this.standing === "signed-in" && this.view !== since) {
      return this.view?.actor.member_id === since?.actor.member_id; // they were quicker than the answer
    }
    if (this.view === null) return false;
    this.#end("expired");
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Listen to other tabs no more. */
  close(): void {
    this.#tabs.close();
  }

  /** Give up waiting for a renewed sign-in. */
  abandon(): void {
    this.#leave();
  }

  /** Ask who is signed in. Throws `Unreachable`, and `Problem` where the server cannot say. */
  async #ask(signal?: AbortSignal): Promise<void> {
    try {
      const view = await taken(this.api.GET("/api/v1/auth/session", { signal }));
      if (view.csrf_token !== this.view?.csrf_token || this.standing !== "signed-in") this.#enter(view);
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401)) throw error;
      if (this.standing !== "expired") this.#end("ended");
    }
  }

  async #begun(answer: Parameters<typeof taken<SessionView>>[0]): Promise<void> {
    this.#enter(await taken(answer));
    this.#tell("entered");
  }

  #enter(view: SessionView): void {
    const same = this.view === null || this.view.actor.member_id === view.actor.member_id;
    this.view = view;
    this.standing = "signed-in";
    void this.#kept.own(view.actor.member_id);
    if (view.csrf_token) void this.#kept.remember(view);
    this.#release(same);
  }

  // What is shown stays, since somebody may be typing in it; what is kept goes.
  #end(standing: "ended" | "expired"): void {
    this.standing = standing;
    void this.#kept.own(null);
  }

  #leave(): void {
    this.view = null;
    this.standing = "signed-out";
    void this.#kept.own(null);
    this.#release(false);
  }

  // Somebody else's sign-in must not send what this person had begun.
  #release(again: boolean): void {
    for (const resolve of this.#waiting.splice(0)) resolve(again);
  }

  #tell(what: Told): void {
    this.#tabs.postMessage(what);
  }
}
