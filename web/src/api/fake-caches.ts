/** The browser's store of answers for tests, which run without one: as much of it as the app uses. */
export class FakeCaches {
  readonly all = new Map<string, FakeCache>();

  async open(name: string): Promise<FakeCache> {
    const cache = this.all.get(name) ?? new FakeCache();
    this.all.set(name, cache);
    return cache;
  }

  async keys(): Promise<string[]> {
    return [...this.all.keys()];
  }

  async delete(name: string): Promise<boolean> {
    return this.all.delete(name);
  }

  async match(address: string | Request, { cacheName }: { cacheName?: string } = {}): Promise<unknown> {
    const named = [...this.all].filter(([name]) => cacheName === undefined || name === cacheName);
    return named.map(([, cache]) => cache.answers.get(full(address))?.clone()).find(Boolean);
  }

  asCaches(): CacheStorage {
    return this as unknown as CacheStorage;
  }
}

class FakeCache {
  readonly answers = new Map<string, Response>();

  async put(address: string | Request, answer: Response): Promise<void> {
    this.answers.delete(full(address));
    this.answers.set(full(address), answer);
  }

  async addAll(addresses: readonly (string | Request)[]): Promise<void> {
    const answers = await Promise.all(addresses.map((each) => fetch(each)));
    if (answers.some((each) => !each.ok)) throw new TypeError("A file is not there.");
    for (const [index, each] of addresses.entries()) await this.put(each, answers[index] as Response);
  }

  async keys(): Promise<string[]> {
    return [...this.answers.keys()];
  }

  async delete(address: string): Promise<boolean> {
    return this.answers.delete(address);
  }
}

function full(address: string | Request): string {
  return new URL(typeof address === "string" ? address : address.url, location.href).href;
}
