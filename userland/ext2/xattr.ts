// SPDX-License-Identifier: BSD-2-Clause

const XATTR_MAGIC = 0xea020000;
const BLOCK_HEADER = 32;
const ENTRY_HEADER = 16;

/** References that a block of attributes counts, or undefined when it is no such block or is damaged. */
export function attributeBlockReferences(block: Uint8Array): number | undefined {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  if (view.getUint32(0, true) !== XATTR_MAGIC || view.getUint32(8, true) !== 1) return undefined;
  if (!entriesOk(block, BLOCK_HEADER, 0, true)) return undefined;
  return view.getUint32(4, true);
}

export function setAttributeBlockReferences(block: Uint8Array, count: number): void {
  new DataView(block.buffer, block.byteOffset, block.length).setUint32(4, count, true);
}

/** Are the attributes in an inode well formed, or are there none? @param area  the bytes behind the inode's extra fields */
export function inodeAttributesOk(area: Uint8Array): boolean {
  if (area.length < 4) return true;
  const view = new DataView(area.buffer, area.byteOffset, area.length);
  return view.getUint32(0, true) !== XATTR_MAGIC || entriesOk(area, 4, 4, false);
}

/** Do entries and values stay inside and apart? @param base  what offsets of values count from */
function entriesOk(bytes: Uint8Array, first: number, base: number, hashed: boolean): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values: [from: number, to: number][] = [];
  let at = first;
  for (;;) {
    if (at + 4 > bytes.length) return false;
    if (view.getUint32(at, true) === 0) break;
    const namlen = bytes[at] as number;
    const end = (at + ENTRY_HEADER + namlen + 3) & ~3;
    if (namlen === 0 || bytes[at + 1] === 0 || end > bytes.length) return false;
    if (bytes.subarray(at + ENTRY_HEADER, at + ENTRY_HEADER + namlen).includes(0)) return false;
    const offset = view.getUint16(at + 2, true) + base;
    const size = view.getUint32(at + 8, true);
    if (view.getUint32(at + 4, true) !== 0 || offset + size > bytes.length) return false;
    if (size > 0) values.push([offset, offset + ((size + 3) & ~3)]);
    const hash = view.getUint32(at + 12, true);
    if ((hashed || hash !== 0) && !hashesTo(bytes, at, namlen, offset, size, hash)) return false;
    at = end;
  }
  values.sort(([a], [b]) => a - b);
  return values.every(([from, to], i) => from >= at + 4 && to <= (values[i + 1]?.[0] ?? bytes.length));
}

/** The hash of an entry: its name byte by byte, then its value in words. Characters count signed or unsigned, by machine. */
function hashesTo(bytes: Uint8Array, at: number, namlen: number, offset: number, size: number, hash: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = (offset + size + 3) & ~3;
  if (size > 0 && end > bytes.length) return false;
  return [false, true].some((signed) => {
    let h = 0;
    for (let i = 0; i < namlen; i++) {
      const c = signed ? view.getInt8(at + ENTRY_HEADER + i) : view.getUint8(at + ENTRY_HEADER + i);
      h = ((h << 5) ^ (h >>> 27) ^ c) | 0;
    }
    if (size > 0) for (let i = offset; i < end; i += 4) h = ((h << 16) ^ (h >>> 16) ^ view.getUint32(i, true)) | 0;
    return h >>> 0 === hash;
  });
}
