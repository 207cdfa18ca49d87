// SPDX-License-Identifier: BSD-2-Clause
/**
 * Structures on the disk as objects. A table says where a field lies and what it is; the class made from it has a getter
 * and a setter for each that read and write the bytes themselves, in the byte order of the file system. So nothing is
 * lost that no table names, and writing a structure back is writing its bytes.
 */

export type ByteOrder = 'be' | 'le';

/**
 * `s64` is a number: beyond 2^53 it is rounded, never less than 2^53, so that a comparison with what is possible still
 * tells. `big` is an unsigned 64-bit bigint, for what must be exact.
 */
export type FieldType = 'u8' | 'u16' | 's16' | 'u32' | 's32' | 's64' | 'big';

export type FieldTable = Readonly<Record<string, readonly [at: number, type: FieldType]>>;

export type FieldsOf<T extends FieldTable> = { -readonly [K in keyof T]: T[K][1] extends 'big' ? bigint : number };

/** Bytes of a disk and the order that integers have in them. */
export class DiskBytes {
  readonly view: DataView;
  readonly little: boolean;

  constructor(
    readonly bytes: Uint8Array,
    readonly order: ByteOrder,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.little = order === 'le';
  }

  u16(at: number): number {
    return this.view.getUint16(at, this.little);
  }

  u32(at: number): number {
    return this.view.getUint32(at, this.little);
  }

  s32(at: number): number {
    return this.view.getInt32(at, this.little);
  }

  s64(at: number): number {
    return Number(this.view.getBigInt64(at, this.little));
  }

  setU16(at: number, value: number): void {
    this.view.setUint16(at, value, this.little);
  }

  /** Signed or not: the low 32 bits. */
  set32(at: number, value: number): void {
    this.view.setUint32(at, value, this.little);
  }

  set64(at: number, value: number): void {
    this.view.setBigInt64(at, BigInt(value), this.little);
  }
}

type Accessor = { get(this: DiskBytes): number | bigint; set(this: DiskBytes, value: never): void };

const ACCESSORS: Record<FieldType, (at: number) => Accessor> = {
  u8: (at) => ({
    get() {
      return this.view.getUint8(at);
    },
    set(value: number) {
      this.view.setUint8(at, value);
    },
  }),
  u16: (at) => ({
    get() {
      return this.u16(at);
    },
    set(value: number) {
      this.setU16(at, value);
    },
  }),
  s16: (at) => ({
    get() {
      return this.view.getInt16(at, this.little);
    },
    set(value: number) {
      this.setU16(at, value);
    },
  }),
  u32: (at) => ({
    get() {
      return this.u32(at);
    },
    set(value: number) {
      this.set32(at, value);
    },
  }),
  s32: (at) => ({
    get() {
      return this.s32(at);
    },
    set(value: number) {
      this.set32(at, value);
    },
  }),
  s64: (at) => ({
    get() {
      return this.s64(at);
    },
    set(value: number) {
      this.set64(at, value);
    },
  }),
  big: (at) => ({
    get() {
      return this.view.getBigUint64(at, this.little);
    },
    set(value: bigint) {
      this.view.setBigUint64(at, value, this.little);
    },
  }),
};

/** The class of a structure. `new T(bytes, order)`; the bytes must be as long as the table reaches. */
export function structOf<T extends FieldTable>(
  table: T,
): new (
  bytes: Uint8Array,
  order: ByteOrder,
) => DiskBytes & FieldsOf<T> {
  const made = class extends DiskBytes {};
  for (const [name, [at, type]] of Object.entries(table))
    Object.defineProperty(made.prototype, name, { ...ACCESSORS[type](at), enumerable: true });
  return made as unknown as new (
    bytes: Uint8Array,
    order: ByteOrder,
  ) => DiskBytes & FieldsOf<T>;
}

export function howmany(n: number, unit: number): number {
  return Math.ceil(n / unit);
}

export function roundup(n: number, unit: number): number {
  return Math.ceil(n / unit) * unit;
}

export function powerOf2(n: number): boolean {
  return n > 0 && Number.isInteger(Math.log2(n));
}
