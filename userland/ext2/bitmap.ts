// SPDX-License-Identifier: BSD-2-Clause

/** A set of numbers from 0 to length - 1, bit n of byte n / 8, as the bitmaps of a group have it. */
export class Bitmap {
  readonly bytes: Uint8Array;

  constructor(
    readonly length: number,
    bytes?: Uint8Array,
  ) {
    this.bytes = bytes ?? new Uint8Array(Math.ceil(length / 8));
  }

  has(n: number): boolean {
    return ((this.bytes[n >> 3] as number) & (1 << (n & 7))) !== 0;
  }

  set(n: number): void {
    this.bytes[n >> 3] = (this.bytes[n >> 3] as number) | (1 << (n & 7));
  }

  clear(n: number): void {
    this.bytes[n >> 3] = (this.bytes[n >> 3] as number) & ~(1 << (n & 7));
  }

  setRange(from: number, to: number): void {
    let n = from;
    for (; n < to && (n & 7) !== 0; n++) this.set(n);
    const whole = Math.max(n, to - (to & 7));
    this.bytes.fill(0xff, n >> 3, whole >> 3);
    for (n = whole; n < to; n++) this.set(n);
  }

  /** First of from … to - 1 that is there (or is not, with `wanted` false); `to` when there is none. */
  next(from: number, to: number, wanted = true): number {
    const skip = wanted ? 0 : 0xff;
    for (let n = from; n < to; n++) {
      if ((n & 7) === 0) {
        while (n + 8 <= to && this.bytes[n >> 3] === skip) n += 8;
        if (n >= to) break;
      }
      if (this.has(n) === wanted) return n;
    }
    return to;
  }

  /** How many of from … to - 1 are not there. */
  countClear(from: number, to: number): number {
    let count = 0;
    for (let n = from; n < to; n++) {
      if ((n & 7) === 0 && n + 8 <= to) {
        count += 8 - (ONES[this.bytes[n >> 3] as number] as number);
        n += 7;
      } else if (!this.has(n)) count++;
    }
    return count;
  }
}

const ONES = Uint8Array.from({ length: 256 }, (_, i) => {
  let ones = 0;
  for (let rest = i; rest !== 0; rest >>= 1) ones += rest & 1;
  return ones;
});
