// SPDX-License-Identifier: BSD-2-Clause
/** Message digests, written from their standards: RFC 1321, FIPS 180-4, POSIX cksum. */

export interface Digest {
  update(data: Uint8Array): void;
  hex(): string;
}

export function newDigest(name: 'MD5' | 'SHA1' | 'SHA256' | 'SHA512'): Digest {
  switch (name) {
    case 'MD5':
      return new Md5();
    case 'SHA1':
      return new Sha1();
    case 'SHA256':
      return new Sha256();
    case 'SHA512':
      return new Sha512();
  }
}

/** Cuts the input into blocks and pads the end. */
abstract class BlockDigest implements Digest {
  private readonly block: Uint8Array;
  private filled = 0;
  private total = 0;

  constructor(
    private readonly blockSize: number,
    private readonly littleEndian: boolean,
  ) {
    this.block = new Uint8Array(blockSize);
  }

  protected abstract compress(view: DataView): void;
  protected abstract result(): string;

  update(data: Uint8Array): void {
    this.total += data.length;
    const view = new DataView(this.block.buffer);
    for (let at = 0; at < data.length; ) {
      const n = Math.min(this.blockSize - this.filled, data.length - at);
      this.block.set(data.subarray(at, at + n), this.filled);
      this.filled += n;
      at += n;
      if (this.filled === this.blockSize) {
        this.compress(view);
        this.filled = 0;
      }
    }
  }

  hex(): string {
    const bits = this.total * 8;
    const lengthBytes = this.blockSize / 8;
    const padding = new Uint8Array(
      ((this.filled + 1 + lengthBytes + this.blockSize - 1) & ~(this.blockSize - 1)) - this.filled,
    );
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    const end = padding.length;
    if (this.littleEndian) {
      view.setUint32(end - 8, bits >>> 0, true);
      view.setUint32(end - 4, Math.floor(bits / 4294967296), true);
    } else {
      view.setUint32(end - 4, bits >>> 0);
      view.setUint32(end - 8, Math.floor(bits / 4294967296));
    }
    this.update(padding);
    return this.result();
  }
}

const hex32 = (n: number) => (n >>> 0).toString(16).padStart(8, '0');
const rotl = (x: number, n: number) => (x << n) | (x >>> (32 - n));
const rotr = (x: number, n: number) => (x >>> n) | (x << (32 - n));

const MD5_K = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 4294967296) | 0);
const MD5_S = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

class Md5 extends BlockDigest {
  private readonly h = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  private readonly w = new Int32Array(16);

  constructor() {
    super(64, true);
  }

  protected compress(view: DataView): void {
    const { h, w } = this;
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(i * 4, true);
    let [a, b, c, d] = h as unknown as [number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const f =
        round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
      const g = round === 0 ? i : round === 1 ? (5 * i + 1) & 15 : round === 2 ? (3 * i + 5) & 15 : (7 * i) & 15;
      const t = d;
      d = c;
      c = b;
      b = (b + rotl((a + f + (MD5_K[i] as number) + (w[g] as number)) | 0, MD5_S[round * 4 + (i & 3)] as number)) | 0;
      a = t;
    }
    h[0] = (h[0] as number) + a;
    h[1] = (h[1] as number) + b;
    h[2] = (h[2] as number) + c;
    h[3] = (h[3] as number) + d;
  }

  protected result(): string {
    const out = new DataView(new ArrayBuffer(16));
    this.h.forEach((v, i) => {
      out.setInt32(i * 4, v, true);
    });
    return [0, 4, 8, 12].map((i) => hex32(out.getUint32(i))).join('');
  }
}

class Sha1 extends BlockDigest {
  private readonly h = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  private readonly w = new Int32Array(80);

  constructor() {
    super(64, false);
  }

  protected compress(view: DataView): void {
    const { h, w } = this;
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(i * 4);
    for (let i = 16; i < 80; i++)
      w[i] = rotl((w[i - 3] as number) ^ (w[i - 8] as number) ^ (w[i - 14] as number) ^ (w[i - 16] as number), 1);
    let [a, b, c, d, e] = h as unknown as [number, number, number, number, number];
    for (let i = 0; i < 80; i++) {
      const f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
      const k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
      const t = (rotl(a, 5) + f + e + k + (w[i] as number)) | 0;
      e = d;
      d = c;
      c = rotl(b, 30);
      b = a;
      a = t;
    }
    [a, b, c, d, e].forEach((v, i) => {
      h[i] = (h[i] as number) + v;
    });
  }

  protected result(): string {
    return Array.from(this.h, hex32).join('');
  }
}

/** First primes, whose roots give the SHA-2 constants. */
function primes(count: number): number[] {
  const out: number[] = [];
  for (let n = 2; out.length < count; n++) if (out.every((p) => n % p !== 0)) out.push(n);
  return out;
}

/** floor(frac(n ** (1/root)) * 2^bits), exactly. */
function rootBits(n: number, root: 2 | 3, bits: bigint): bigint {
  const scaled = BigInt(n) << (bits * BigInt(root));
  let low = 0n;
  let high = 1n << (bits + 5n);
  while (high - low > 1n) {
    const mid = (low + high) >> 1n;
    if (mid ** BigInt(root) <= scaled) low = mid;
    else high = mid;
  }
  return low & ((1n << bits) - 1n);
}

let sha256K: Int32Array | undefined;

class Sha256 extends BlockDigest {
  private readonly k: Int32Array;
  private readonly h: Int32Array;
  private readonly w = new Int32Array(64);

  constructor() {
    super(64, false);
    sha256K ??= Int32Array.from(primes(64), (p) => Number(BigInt.asIntN(32, rootBits(p, 3, 32n))));
    this.k = sha256K;
    this.h = Int32Array.from(primes(8), (p) => Number(BigInt.asIntN(32, rootBits(p, 2, 32n))));
  }

  protected compress(view: DataView): void {
    const { h, w, k } = this;
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(i * 4);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15] as number;
      const y = w[i - 2] as number;
      w[i] =
        (w[i - 16] as number) +
        (rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3)) +
        (w[i - 7] as number) +
        (rotr(y, 17) ^ rotr(y, 19) ^ (y >>> 10));
    }
    let a = h[0] as number,
      b = h[1] as number,
      c = h[2] as number,
      d = h[3] as number;
    let e = h[4] as number,
      f = h[5] as number,
      g = h[6] as number,
      z = h[7] as number;
    for (let i = 0; i < 64; i++) {
      const t1 =
        (z + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + (k[i] as number) + (w[i] as number)) | 0;
      const t2 = ((rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      z = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, z].forEach((v, i) => {
      h[i] = (h[i] as number) + v;
    });
  }

  protected result(): string {
    return Array.from(this.h, hex32).join('');
  }
}

class Sha512 extends BlockDigest {
  private readonly k = primes(80).map((p) => rootBits(p, 3, 64n));
  private h = primes(8).map((p) => rootBits(p, 2, 64n));

  constructor() {
    super(128, false);
  }

  protected compress(view: DataView): void {
    const m = (x: bigint) => BigInt.asUintN(64, x);
    const ror = (x: bigint, n: bigint) => m((x >> n) | (x << (64n - n)));
    const w: bigint[] = Array.from({ length: 16 }, (_, i) => view.getBigUint64(i * 8));
    const at = (i: number) => w[i] as bigint;
    for (let i = 16; i < 80; i++) {
      const s0 = ror(at(i - 15), 1n) ^ ror(at(i - 15), 8n) ^ (at(i - 15) >> 7n);
      const s1 = ror(at(i - 2), 19n) ^ ror(at(i - 2), 61n) ^ (at(i - 2) >> 6n);
      w[i] = m(at(i - 16) + s0 + at(i - 7) + s1);
    }
    let [a, b, c, d, e, f, g, z] = this.h as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
    for (let i = 0; i < 80; i++) {
      const t1 = m(
        z + (ror(e, 14n) ^ ror(e, 18n) ^ ror(e, 41n)) + ((e & f) ^ (m(~e) & g)) + (this.k[i] as bigint) + at(i),
      );
      const t2 = m((ror(a, 28n) ^ ror(a, 34n) ^ ror(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c)));
      [z, g, f, e, d, c, b, a] = [g, f, e, m(d + t1), c, b, a, m(t1 + t2)];
    }
    this.h = [a, b, c, d, e, f, g, z].map((v, i) => m((this.h[i] as bigint) + v));
  }

  protected result(): string {
    return this.h.map((v) => v.toString(16).padStart(16, '0')).join('');
  }
}

let crcTable: Int32Array | undefined;

/** The CRC of POSIX cksum: decimal, with the length fed in at the end. */
export class PosixCrc implements Digest {
  private crc = 0;
  private length = 0;

  update(data: Uint8Array): void {
    crcTable ??= Int32Array.from({ length: 256 }, (_, n) => {
      let c = n << 24;
      for (let k = 0; k < 8; k++) c = c < 0 ? (c << 1) ^ 0x04c11db7 : c << 1;
      return c;
    });
    let { crc } = this;
    for (const b of data) crc = (crc << 8) ^ (crcTable[((crc >>> 24) ^ b) & 0xff] as number);
    this.crc = crc;
    this.length += data.length;
  }

  hex(): string {
    const bytes: number[] = [];
    for (let n = this.length; n > 0; n = Math.floor(n / 256)) bytes.push(n & 0xff);
    this.update(Uint8Array.from(bytes));
    return String(~this.crc >>> 0);
  }
}
