import type { Role } from "#/api/schema";

/** What the steps are called, in their order. */
export type Step = "you" | "place" | "people" | "bring";
export const STEPS: readonly Step[] = ["you", "place", "people", "bring"];

/** What was typed and is not stored on the server yet; never a password. */
export interface Typed {
  name: string;
  username: string;
  place: string;
  otherName: string;
  otherRole: Role;
}

const KEY = "kalends.setup";
const NOTHING: Typed = { name: "", username: "", place: "", otherName: "", otherRole: "other" };

/**
 * How far the set-up of a household has come with this browser: an interrupted one goes on where it was.
 *
 * What was stored is read from the server again; here are only the step, who takes it, and what was typed.
 */
export class Progress {
  step: Step = $state("you");
  typed: Typed = $state({ ...NOTHING });
  /** Who is setting up; null before they have an account, and when nobody is. */
  founder: string | null = $state(null);
  /** The account is being made at this moment. */
  founding = $state(false);
  #storage: Storage;

  constructor(storage: Storage = localStorage) {
    this.#storage = storage;
    const kept = read(storage);
    if (!kept) return;
    this.step = kept.step;
    this.founder = kept.founder;
    this.typed = { ...NOTHING, ...kept.typed };
  }

  /** Make the account, and go on as who it gives. */
  async found(make: () => Promise<string>): Promise<void> {
    this.founding = true;
    try {
      this.founder = await make();
      this.go("place");
    } finally {
      this.founding = false;
    }
  }

  go(step: Step): void {
    this.step = step;
    this.keep();
  }

  /** Keep what was typed. */
  keep(): void {
    const { step, founder, typed } = this;
    this.#storage.setItem(KEY, JSON.stringify({ step, founder, typed }));
  }

  /** The household is set up: nothing of it needs to be remembered. */
  finish(): void {
    this.founder = null;
    this.step = "you";
    this.typed = { ...NOTHING };
    this.#storage.removeItem(KEY);
  }
}

function read(storage: Storage): { step: Step; founder: string | null; typed: Partial<Typed> } | null {
  try {
    const { step, founder, typed } = JSON.parse(storage.getItem(KEY) ?? "null");
    if (!STEPS.includes(step)) return null;
    return typeof founder === "string" ? { step, founder, typed } : { step: "you", founder: null, typed }; // without an account there is only the first step
  } catch {
    return null;
  }
}
