// SPDX-License-Identifier: BSD-2-Clause
/**
 * Strings and bytes. A NetBSD path is bytes; a program here holds strings. The mapping is UTF-8, and a byte that is
 * not part of valid UTF-8 becomes the lone surrogate U+DC80+byte-0x80, so that every byte string survives both ways
 * (an ISO image may well carry Latin-1 names). TextEncoder/TextDecoder do not take shared memory, so the ASCII path
 * is written out here.
 */

/** Number of bytes `text` takes. */
export function byteLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return encode(text).length;
  return text.length;
}

/** Write `text` at `at`, at most `cap` bytes; the count written. */
export function encodeInto(text: string, out: Uint8Array, at: number, cap: number): number {
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i);
    if (c < 0x80) {
      if (n >= cap) return n;
      out[at + n++] = c;
      continue;
    }
    if (c >= 0xdc80 && c <= 0xdcff) {
      if (n >= cap) return n;
      out[at + n++] = c - 0xdc00;
      continue;
    }
    if (c >= 0xd800 && c < 0xdc00) {
      const low = text.charCodeAt(i + 1);
      if (low >= 0xdc00 && low <= 0xdfff) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        i++;
      } else c = 0xfffd;
    } else if (c >= 0xdc00 && c <= 0xdfff) c = 0xfffd;
    const size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (n + size > cap) return n;
    if (size === 2) out[at + n++] = 0xc0 | (c >> 6);
    else {
      if (size === 3) out[at + n++] = 0xe0 | (c >> 12);
      else {
        out[at + n++] = 0xf0 | (c >> 18);
        out[at + n++] = 0x80 | ((c >> 12) & 0x3f);
      }
      out[at + n++] = 0x80 | ((c >> 6) & 0x3f);
    }
    out[at + n++] = 0x80 | (c & 0x3f);
  }
  return n;
}

export function encode(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 3);
  return out.subarray(0, encodeInto(text, out, 0, out.length));
}

/** Length of the valid UTF-8 sequence at `i`, 0 when there is none. */
export function utf8Length(b: Uint8Array, i: number, end: number): number {
  const c = b[i] as number;
  if (c < 0x80) return 1;
  const cont = (k: number) => i + k < end && ((b[i + k] as number) & 0xc0) === 0x80;
  if (c >= 0xc2 && c < 0xe0) return cont(1) ? 2 : 0;
  if (c >= 0xe0 && c < 0xf0) {
    if (!cont(1) || !cont(2)) return 0;
    const d = b[i + 1] as number;
    return (c === 0xe0 && d < 0xa0) || (c === 0xed && d > 0x9f) ? 0 : 3;
  }
  if (c >= 0xf0 && c < 0xf5) {
    if (!cont(1) || !cont(2) || !cont(3)) return 0;
    const d = b[i + 1] as number;
    return (c === 0xf0 && d < 0x90) || (c === 0xf4 && d > 0x8f) ? 0 : 4;
  }
  return 0;
}

export function decode(b: Uint8Array, from = 0, to = b.length): string {
  let out = '';
  let i = from;
  while (i < to) {
    let run = i;
    while (run < to && (b[run] as number) < 0x80) run++;
    while (i < run) {
      const stop = Math.min(run, i + 4096);
      // apply() over a plain copy: shared views are refused by some engines' TextDecoder, not by this.
      out += String.fromCharCode.apply(undefined, Array.from(b.subarray(i, stop)));
      i = stop;
    }
    if (i >= to) break;
    const n = utf8Length(b, i, to);
    const c = b[i] as number;
    if (n === 0) {
      out += String.fromCharCode(0xdc00 + c);
      i++;
      continue;
    }
    let code = n === 2 ? c & 0x1f : n === 3 ? c & 0x0f : c & 0x07;
    for (let k = 1; k < n; k++) code = (code << 6) | ((b[i + k] as number) & 0x3f);
    out += String.fromCodePoint(code);
    i += n;
  }
  return out;
}

/** NUL-terminated string at `at`, at most `max` bytes. */
export function decodeZ(b: Uint8Array, at: number, max: number): string {
  let end = at;
  while (end < at + max && b[end] !== 0) end++;
  return decode(b, at, end);
}

/** One character a byte, for byte-wise work (regular expressions on binary input). */
export function latin1(b: Uint8Array): string {
  let out = '';
  for (let i = 0; i < b.length; i += 8192)
    out += String.fromCharCode.apply(undefined, Array.from(b.subarray(i, Math.min(b.length, i + 8192))));
  return out;
}
