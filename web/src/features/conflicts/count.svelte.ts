import { taken } from "#/api/client";
import { Query } from "#/api/query.svelte";
import type { App } from "#/app/app.svelte";

const COUNTED = 50;

/** How many conflicts there are, as a sign beside the way to them. */
export class ConflictCount {
  #found: Query<{ count: number; more: boolean }>;

  constructor({ api }: App) {
    this.#found = new Query(async (signal) => {
      const query = { limit: COUNTED };
      const page = await taken(api.GET("/api/v1/conflicts", { params: { query }, signal }));
      return { count: page.items.length, more: Boolean(page.next) };
    });
  }

  /** `3`, or `50+` where there are more than are counted; nothing where there is none, or nobody knows. */
  get text(): string {
    const { count = 0, more = false } = this.#found.data ?? {};
    return count ? `${count}${more ? "+" : ""}` : "";
  }

  /** Count now; what cannot be counted shows no number. */
  async refresh(): Promise<void> {
    await this.#found.refresh();
  }
}
