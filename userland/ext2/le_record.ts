// SPDX-License-Identifier: BSD-2-Clause

/** Where the numbers of an on-disk structure lie: bytes from its start, and how many. Little-endian, unsigned. */
export type RecordFields = Readonly<Record<string, readonly [offset: number, width: 1 | 2 | 4]>>;

/** Its numbers as properties over the bytes themselves: a store changes the bytes. */
export type LeRecord<F extends RecordFields> = { -readonly [K in keyof F]: number } & {
  readonly bytes: Uint8Array;
  readonly view: DataView;
};

/** A constructor of such views. Stores wrap to the width of the field. */
export function leRecord<F extends RecordFields>(fields: F): (bytes: Uint8Array) => LeRecord<F> {
  class Record {
    readonly view: DataView;
    constructor(readonly bytes: Uint8Array) {
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
  }
  for (const [name, [at, width]] of Object.entries(fields)) {
    Object.defineProperty(Record.prototype, name, accessors(at, width));
  }
  return (bytes) => new Record(bytes) as unknown as LeRecord<F>;
}

function accessors(at: number, width: 1 | 2 | 4): PropertyDescriptor & ThisType<{ view: DataView }> {
  if (width === 4) {
    return {
      get() {
        return this.view.getUint32(at, true);
      },
      set(value: number) {
        this.view.setUint32(at, value, true);
      },
    };
  }
  if (width === 2) {
    return {
      get() {
        return this.view.getUint16(at, true);
      },
      set(value: number) {
        this.view.setUint16(at, value, true);
      },
    };
  }
  return {
    get() {
      return this.view.getUint8(at);
    },
    set(value: number) {
      this.view.setUint8(at, value);
    },
  };
}
