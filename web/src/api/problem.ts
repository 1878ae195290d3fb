import type { Problem as Body } from "./schema";

/** What the server refused, and why: its problem document as an error. Go by `code`; the words may change. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  /** The document's further members, such as `version` of a lost race. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What is wrong with which field, in words. */
  readonly issues: ReadonlyMap<string, string>;

  constructor(status: number, body: Partial<Body> & Record<string, unknown>) {
    super(body.detail ?? body.title ?? `The server answered ${status}.`);
    this.status = status;
    this.code = body.code ?? `http_${status}`;
    this.fields = body;
    const named = body["errors"] as { field: string; issue: string }[] | undefined;
    const first = typeof body["field"] === "string" ? [{ field: body["field"], issue: issueOf(body) }] : [];
    this.issues = new Map((named ?? first).map(({ field, issue }) => [field, issue]));
  }
}

/** Nothing answered: no network, a server that is down, or one that took too long. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

function issueOf(body: Record<string, unknown>): string {
  return typeof body["issue"] === "string" ? body["issue"] : String(body["detail"] ?? "");
}
