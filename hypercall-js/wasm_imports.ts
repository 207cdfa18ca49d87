// SPDX-License-Identifier: BSD-2-Clause
/** Reads what the JavaScript API does not tell about a module: the limits of an imported memory. */

export interface MemoryLimits {
  readonly minPages: number;
  readonly maxPages: number | undefined;
  readonly shared: boolean;
}

class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}
  byte(): number {
    const b = this.bytes[this.at++];
    if (b === undefined) throw new RangeError('truncated wasm module');
    return b;
  }
  leb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const b = this.byte();
      value += (b & 0x7f) * 2 ** shift;
      if ((b & 0x80) === 0) return value;
    }
  }
  skipName(): void {
    const len = this.leb();
    this.at += len;
  }
  limits(): MemoryLimits {
    const flags = this.byte();
    const minPages = this.leb();
    return { minPages, maxPages: (flags & 1) !== 0 ? this.leb() : undefined, shared: (flags & 2) !== 0 };
  }
}

const IMPORT_SECTION = 2;

/** Limits of the module's imported memory; undefined when it imports none. */
export function importedMemory(bytes: Uint8Array): MemoryLimits | undefined {
  if (bytes.length < 8 || bytes[0] !== 0 || bytes[1] !== 0x61 || bytes[2] !== 0x73 || bytes[3] !== 0x6d)
    throw new Error('not a wasm module');
  const r = new Reader(bytes, 8);
  while (r.at < bytes.length) {
    const id = r.byte();
    const end = r.leb() + r.at;
    if (id === IMPORT_SECTION) return scanImports(r);
    r.at = end;
  }
  return undefined;
}

function scanImports(r: Reader): MemoryLimits | undefined {
  for (let count = r.leb(); count > 0; count--) {
    r.skipName();
    r.skipName();
    const kind = r.byte();
    if (kind === 2) return r.limits();
    if (kind === 0) r.leb();
    else if (kind === 1) {
      r.byte();
      r.limits();
    } else if (kind === 3) {
      r.byte();
      r.byte();
    } else r.leb();
  }
  return undefined;
}
