// SPDX-License-Identifier: BSD-2-Clause

export const HASH_LEGACY = 0;
export const HASH_HALF_MD4 = 1;
export const HASH_TEA = 2;

/** The hashes of dir_index. Bit 0 is always clear. */
export interface DirHash {
  readonly version: number;
  /** Are characters unsigned? A property of the machine that made the file system. */
  readonly unsigned: boolean;
  /** Four words; all zero stands for the constants of MD4. */
  readonly seed: Uint32Array;
}

const MD4_START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
const EOF_HASH = 0xfffffffe;

export function dirHash(name: Uint8Array, how: DirHash): number {
  const state = how.seed.every((word) => word === 0) ? Uint32Array.from(MD4_START) : how.seed.slice();
  const chars = how.unsigned ? name : new Int8Array(name.buffer, name.byteOffset, name.length);
  let hash: number;
  if (how.version === HASH_LEGACY) hash = legacy(chars);
  else if (how.version === HASH_HALF_MD4) hash = pieces(chars, 8, state, halfMd4)[1] as number;
  else hash = pieces(chars, 4, state, tea)[0] as number;
  hash = (hash & ~1) >>> 0;
  return hash === EOF_HASH ? EOF_HASH - 2 : hash;
}

function legacy(chars: ArrayLike<number>): number {
  let h0 = 0x12a3fe2d;
  let h1 = 0x37abe8f9;
  for (let i = 0; i < chars.length; i++) {
    let hash = (h1 + (h0 ^ Math.imul(chars[i] as number, 7152373))) >>> 0;
    if ((hash & 0x80000000) !== 0) hash = (hash - 0x7fffffff) >>> 0;
    h1 = h0;
    h0 = hash;
  }
  return (h0 << 1) >>> 0;
}

/** Run `mix` over the name in pieces of so many words. */
function pieces(
  chars: ArrayLike<number>,
  words: number,
  state: Uint32Array,
  mix: (state: Uint32Array, input: Uint32Array) => void,
): Uint32Array {
  const input = new Uint32Array(words);
  for (let at = 0; at < chars.length; at += words * 4) {
    const left = chars.length - at;
    const padding = (left | (left << 8) | (left << 16) | (left << 24)) >>> 0;
    for (let w = 0; w < words; w++) {
      let value = padding;
      for (let i = w * 4; i < Math.min(left, w * 4 + 4); i++) value = ((value << 8) + (chars[at + i] as number)) >>> 0;
      input[w] = value;
    }
    mix(state, input);
  }
  return state;
}

const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n));

interface Round {
  readonly f: (x: number, y: number, z: number) => number;
  readonly add: number;
  readonly rotates: readonly [number, number, number, number];
  readonly order: readonly number[];
}

const ROUNDS: readonly Round[] = [
  { f: (x, y, z) => z ^ (x & (y ^ z)), add: 0, rotates: [3, 7, 11, 19], order: [0, 1, 2, 3, 4, 5, 6, 7] },
  { f: (x, y, z) => (x & y) + ((x ^ y) & z), add: 0x5a827999, rotates: [3, 5, 9, 13], order: [1, 3, 5, 7, 0, 2, 4, 6] },
  { f: (x, y, z) => x ^ y ^ z, add: 0x6ed9eba1, rotates: [3, 9, 11, 15], order: [3, 7, 2, 6, 1, 5, 0, 4] },
];

/** MD4 with half the input and steps. */
function halfMd4(state: Uint32Array, input: Uint32Array): void {
  const s = state.slice();
  for (const { f, add, rotates, order } of ROUNDS)
    for (let step = 0; step < 8; step++) {
      const at = (4 - (step & 3)) & 3;
      const [a, b, c, d] = [0, 1, 2, 3].map((i) => s[(at + i) & 3] as number) as [number, number, number, number];
      const sum = a + f(b, c, d) + (input[order[step] as number] as number) + add;
      s[at] = rotate(sum | 0, rotates[step & 3] as number);
    }
  for (let i = 0; i < 4; i++) state[i] = (state[i] as number) + (s[i] as number);
}

function tea(state: Uint32Array, input: Uint32Array): void {
  const [a, b, c, d] = input as unknown as [number, number, number, number];
  let x = state[0] as number;
  let y = state[1] as number;
  let sum = 0;
  for (let i = 0; i < 16; i++) {
    sum = (sum + 0x9e3779b9) >>> 0;
    x = (x + ((((y << 4) + a) ^ (y + sum) ^ ((y >>> 5) + b)) >>> 0)) >>> 0;
    y = (y + ((((x << 4) + c) ^ (x + sum) ^ ((x >>> 5) + d)) >>> 0)) >>> 0;
  }
  state[0] = (state[0] as number) + x;
  state[1] = (state[1] as number) + y;
}
