// SPDX-License-Identifier: BSD-2-Clause
import type { MemoryDisk } from '../../../testing/memory_disk.ts';
import { DiskBytes } from '../../byte_order.ts';
import { CylinderGroup, setBit } from '../../cylinder_group.ts';
import { type Dinode, dinodeAt, isShortlink, S_IFDIR, S_IFLNK, S_IFMT } from '../../dinode.ts';
import { type Direntry, direntries, UFS_DIRBLKSIZ } from '../../direntry.ts';
import { cgHeader, fragGroup, inodeByte, UFS_NDADDR, UFS_ROOTINO } from '../../geometry.ts';
import { Superblock } from '../../superblock.ts';

/** An image whose structures are changed where they lie: every object here shares its bytes with the image. */
export class ImageEdit {
  readonly sb: Superblock;

  constructor(readonly disk: MemoryDisk) {
    this.sb = Superblock.find(disk) as Superblock;
  }

  inode(ino: number): Dinode {
    const at = inodeByte(this.sb, ino) as number;
    return dinodeAt(this.sb, this.disk.bytes.subarray(at, at + this.sb.dinodeSize));
  }

  /** Inode of a path from the root. */
  find(path: string): number {
    let ino = UFS_ROOTINO;
    for (const name of path.split('/').filter((n) => n !== '')) ino = this.entry(ino, name).entry.ino;
    return ino;
  }

  at(path: string): Dinode {
    return this.inode(this.find(path));
  }

  entry(directory: number, name: string): { chunk: Uint8Array; entry: Direntry } {
    for (const chunk of this.chunks(directory))
      for (const entry of direntries(this.sb, chunk))
        if (entry.ino !== 0 && entry.name === name) return { chunk, entry };
    throw new Error(`no ${name} in ${directory}`);
  }

  chunks(directory: number): Uint8Array[] {
    const di = this.inode(directory);
    const out: Uint8Array[] = [];
    for (let at = 0; at < di.size; at += UFS_DIRBLKSIZ) {
      const from = this.blockOf(di, Math.floor(at / this.sb.bsize)) * this.sb.fsize + (at % this.sb.bsize);
      out.push(this.disk.bytes.subarray(from, from + UFS_DIRBLKSIZ));
    }
    return out;
  }

  setEntryInode(path: string, ino: number): void {
    const [directory, name] = this.split(path);
    const { chunk, entry } = this.entry(directory, name);
    new DiskBytes(chunk, this.sb.order).set32(entry.at, ino);
  }

  setEntryType(path: string, type: number): void {
    const [directory, name] = this.split(path);
    const { chunk, entry } = this.entry(directory, name);
    chunk[entry.at + 6] = type;
  }

  setEntryLength(path: string, reclen: number): void {
    const [directory, name] = this.split(path);
    const { chunk, entry } = this.entry(directory, name);
    new DiskBytes(chunk, this.sb.order).setU16(entry.at + 4, reclen);
  }

  renameEntry(path: string, name: string): void {
    const [directory, old] = this.split(path);
    const { chunk, entry } = this.entry(directory, old);
    for (let i = 0; i < name.length; i++) chunk[entry.at + 8 + i] = name.charCodeAt(i);
  }

  group(cgx: number): CylinderGroup {
    const at = cgHeader(this.sb, cgx) * this.sb.fsize;
    return new CylinderGroup(this.disk.bytes.subarray(at, at + this.sb.bsize), this.sb.order);
  }

  /** In the map of the group. */
  setFree(frag: number, free: boolean): void {
    const cgx = fragGroup(this.sb, frag);
    setBit(this.group(cgx).freeMap(this.sb), frag % this.sb.fpg, free);
  }

  indirect(frag: number): DiskBytes {
    return new DiskBytes(
      this.disk.bytes.subarray(frag * this.sb.fsize, frag * this.sb.fsize + this.sb.bsize),
      this.sb.order,
    );
  }

  pointer(block: DiskBytes, i: number): number {
    return this.sb.ufs2 ? block.s64(8 * i) : block.s32(4 * i);
  }

  setPointer(block: DiskBytes, i: number, frag: number): void {
    if (this.sb.ufs2) block.set64(8 * i, frag);
    else block.set32(4 * i, frag);
  }

  /** All files with their contents, by path; a directory has none. */
  tree(): Map<string, string> {
    const out = new Map<string, string>();
    const visit = (ino: number, path: string): void => {
      for (const chunk of this.chunks(ino))
        for (const { ino: child, name } of direntries(this.sb, chunk)) {
          if (child === 0 || name === '.' || name === '..') continue;
          const di = this.inode(child);
          out.set(`${path}/${name}`, this.contents(di));
          if ((di.mode & S_IFMT) === S_IFDIR) visit(child, `${path}/${name}`);
        }
    };
    visit(UFS_ROOTINO, '');
    return out;
  }

  private contents(di: Dinode): string {
    const kind = di.mode & S_IFMT;
    if (kind === S_IFDIR) return '';
    if (kind === S_IFLNK && isShortlink(this.sb, di)) return Buffer.from(di.shortlink.subarray(0, di.size)).toString();
    const parts: Uint8Array[] = [];
    for (let at = 0; at < di.size; at += this.sb.bsize) {
      const frag = this.blockOf(di, at / this.sb.bsize);
      const length = Math.min(this.sb.bsize, di.size - at);
      const from = frag * this.sb.fsize;
      parts.push(frag === 0 ? new Uint8Array(length) : this.disk.bytes.subarray(from, from + length));
    }
    return Buffer.concat(parts).toString('latin1');
  }

  /** First fragment of a block of a file; 0: a hole. */
  blockOf(di: Dinode, lbn: number): number {
    const { nindir } = this.sb;
    if (lbn < UFS_NDADDR) return di.db(lbn);
    const i = lbn - UFS_NDADDR;
    if (i < nindir) return di.ib(0) === 0 ? 0 : this.pointer(this.indirect(di.ib(0)), i);
    const k = i - nindir;
    const outer = this.pointer(this.indirect(di.ib(1)), Math.floor(k / nindir));
    return this.pointer(this.indirect(outer), k % nindir);
  }

  private split(path: string): [directory: number, name: string] {
    const at = path.lastIndexOf('/');
    return [this.find(path.slice(0, at)), path.slice(at + 1)];
  }
}
