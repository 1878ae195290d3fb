import { type Api, taken } from "#/api/client";
import type { News } from "#/api/live.svelte";
import { Query } from "#/api/query.svelte";

const MOST_SHOWN = 99;

/** How much somebody has been told and has not read, as a sign beside the way to it. */
export class Unread {
  #found: Query<number>;

  constructor(api: Api) {
    this.#found = new Query(
      async (signal) => (await taken(api.GET("/api/v1/notifications/count", { signal }))).unread,
    );
  }

  /** `3`, or `99+`; nothing where there is nothing, or nobody knows. */
  get text(): string {
    const count = this.#found.data ?? 0;
    if (count > MOST_SHOWN) return `${MOST_SHOWN}+`;
    return count ? String(count) : "";
  }

  async refresh(): Promise<void> {
    await this.#found.refresh();
  }

  /** Count again where something was told, or read in another window. */
  heed(news: News): void {
    if (isOf(news, "notification")) void this.refresh();
  }
}

/** Say whether a change may be one of things of a kind. */
export function isOf(news: News, kind: string): boolean {
  return "kinds" in news && (news.kinds.includes(kind) || news.kinds.includes("everything"));
}
