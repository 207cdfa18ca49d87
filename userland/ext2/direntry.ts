// SPDX-License-Identifier: BSD-2-Clause
import { IFBLK, IFCHR, IFDIR, IFIFO, IFLNK, IFMT, IFREG, IFSOCK } from './dinode.ts';

export const E2D_HDRSIZE = 8;
export const EXT2FS_MAXNAMLEN = 255;

/** Bytes of an entry with a name of so many bytes. */
export const direntSize = (namlen: number): number => (E2D_HDRSIZE + namlen + 3) & ~3;

/** File types in entries, for the format bits of a mode shifted down by 12. */
const FTYPES: ReadonlyMap<number, number> = new Map([
  [IFREG, 1],
  [IFDIR, 2],
  [IFCHR, 3],
  [IFBLK, 4],
  [IFIFO, 5],
  [IFSOCK, 6],
  [IFLNK, 7],
]);

/** 0 for a mode of no type. */
export const ftypeOf = (mode: number): number => FTYPES.get(mode & IFMT) ?? 0;

/** One entry of a directory block, over its bytes. */
export class Direntry {
  private readonly view: DataView;

  /** @param at  where it starts; its header lies within `block` */
  constructor(
    readonly block: Uint8Array,
    readonly at: number,
  ) {
    this.view = new DataView(block.buffer, block.byteOffset, block.length);
  }

  get ino(): number {
    return this.view.getUint32(this.at, true);
  }
  set ino(ino: number) {
    this.view.setUint32(this.at, ino, true);
  }
  get reclen(): number {
    return this.view.getUint16(this.at + 4, true);
  }
  set reclen(length: number) {
    this.view.setUint16(this.at + 4, length, true);
  }
  get namlen(): number {
    return this.view.getUint8(this.at + 6);
  }
  set namlen(length: number) {
    this.view.setUint8(this.at + 6, length);
  }
  /** With the feature filetype; without it the high half of the name's length, which is 0. */
  get type(): number {
    return this.view.getUint8(this.at + 7);
  }
  set type(type: number) {
    this.view.setUint8(this.at + 7, type);
  }
  get name(): Uint8Array {
    return this.block.subarray(this.at + E2D_HDRSIZE, this.at + E2D_HDRSIZE + this.namlen);
  }
  set name(name: Uint8Array) {
    this.namlen = name.length;
    this.block.set(name, this.at + E2D_HDRSIZE);
  }
}

/** Write an entry; `reclen` reaches to the next. */
export function putDirentry(
  block: Uint8Array,
  at: number,
  entry: { readonly ino: number; readonly reclen: number; readonly type: number; readonly name: Uint8Array },
): void {
  const d = new Direntry(block, at);
  d.ino = entry.ino;
  d.reclen = entry.reclen;
  d.type = entry.type;
  block.fill(0, at + E2D_HDRSIZE, at + direntSize(entry.name.length));
  d.name = entry.name;
}

/** Make `block` a directory block without entries. */
export function clearDirectoryBlock(block: Uint8Array): void {
  block.fill(0);
  new Direntry(block, 0).reclen = block.length;
}

/** Make `block` the first of a directory: `.` and `..`. @param type  2, or 0 without the feature filetype */
export function putDotEntries(block: Uint8Array, ino: number, parent: number, type: number): void {
  clearDirectoryBlock(block);
  putDirentry(block, 0, { ino, reclen: 12, type, name: Uint8Array.of(0x2e) });
  putDirentry(block, 12, { ino: parent, reclen: block.length - 12, type, name: Uint8Array.of(0x2e, 0x2e) });
}
