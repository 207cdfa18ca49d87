// SPDX-License-Identifier: BSD-2-Clause
/** The last things that were made, up to a weight; what failed is not kept. */
export class Lru<V> {
  private readonly entries = new Map<number, Promise<V>>();

  /** @param most  how many are kept */
  constructor(private readonly most: number) {}

  get(key: number, make: () => Promise<V>): Promise<V> {
    const have = this.entries.get(key);
    this.entries.delete(key);
    const entry = have ?? make();
    this.entries.set(key, entry);
    if (have === undefined) {
      entry.catch(() => this.entries.delete(key));
      if (this.entries.size > this.most) this.entries.delete(this.entries.keys().next().value as number);
    }
    return entry;
  }
}

/** How many things of a size fit into 16 MiB; at least two. */
export const lruRoom = (bytes: number): number => Math.max(2, Math.floor((16 << 20) / bytes));
