import { Query } from "./query.svelte";

/** One page of a list, and the cursor of the next. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly next?: string | null;
}

/** Read a list whole, page by page. */
export async function everyPage<T>(
  read: (cursor: string | null) => Promise<PageOf<T>>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | null | undefined = null;
  do {
    const page: PageOf<T> = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

/** A list that the server gives in pages. Read anew, it is as long as it was shown. */
export class Pages<T> {
  #read: (cursor: string | null, signal: AbortSignal) => Promise<PageOf<T>>;
  #key: (item: T) => string;
  #shown = 1; // pages
  #extended: PageOf<T> | null = null; // what a further page is being added to
  #query = new Query((signal) => this.#pages(signal));

  /** `read` gives a page, the first where there is no cursor; `key` tells items apart. */
  constructor(
    read: (cursor: string | null, signal: AbortSignal) => Promise<PageOf<T>>,
    key: (item: T) => string,
  ) {
    this.#read = read;
    this.#key = key;
  }

  /** What was read so far; undefined before the first answer. */
  get items(): readonly T[] | undefined {
    return this.#query.data?.items;
  }

  get hasMore(): boolean {
    return Boolean(this.#query.data?.next);
  }

  get failure(): Error | null {
    return this.#query.failure;
  }

  get loading(): boolean {
    return this.#query.loading;
  }

  /** Read everything shown again. */
  async refresh(): Promise<void> {
    this.#extended = null;
    await this.#query.refresh();
  }

  /** Read from the beginning: another list is asked for. */
  async restart(): Promise<void> {
    this.#shown = 1;
    await this.refresh();
  }

  /** Show one page more. */
  async more(): Promise<void> {
    if (!this.hasMore || this.loading) return;
    this.#shown += 1;
    this.#extended = this.#query.data ?? null;
    await this.#query.refresh();
  }

  stop(): void {
    this.#query.stop();
  }

  async #pages(signal: AbortSignal): Promise<PageOf<T>> {
    let { items, next }: PageOf<T> = this.#extended ?? (await this.#read(null, signal));
    for (let count = this.#extended ? this.#shown - 1 : 1; count < this.#shown && next; count++) {
      const further = await this.#read(next, signal);
      items = [...items, ...further.items];
      next = further.next ?? null;
    }
    // What moves in the list between two pages is on both.
    return { items: [...new Map(items.map((item) => [this.#key(item), item])).values()], next };
  }
}
