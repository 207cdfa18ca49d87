// SPDX-License-Identifier: BSD-2-Clause

const PAGE = 1 << 19;

/** A set of numbers, clusters or slots of directories: a bit each, in pages that exist where something is in them. */
export class NumberSet {
  private readonly pages: (Uint8Array | undefined)[] = [];

  has(n: number): boolean {
    const page = this.pages[Math.floor(n / PAGE)];
    const bit = n % PAGE;
    return page !== undefined && ((page[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
  }

  add(n: number): void {
    const index = Math.floor(n / PAGE);
    let page = this.pages[index];
    if (page === undefined) {
      page = new Uint8Array(PAGE >> 3);
      this.pages[index] = page;
    }
    const bit = n % PAGE;
    page[bit >> 3] = (page[bit >> 3] as number) | (1 << (bit & 7));
  }
}
