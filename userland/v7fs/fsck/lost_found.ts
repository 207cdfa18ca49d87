// SPDX-License-Identifier: BSD-2-Clause
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import * as V7 from '../v7fs_format.ts';
import type { V7Volume } from './v7_volume.ts';

const NAME = 'lost+found';

/** /lost+found, where files without a name get one: their number. It is made when it is not there. */
export class LostFound {
  private ino: number | undefined;

  constructor(
    private readonly volume: V7Volume,
    private readonly dialog: FsckDialog,
  ) {}

  /** Name a file and count the name. @returns the directory; undefined when there is no room, which has been said */
  enter(ino: number): number | undefined {
    this.ino ??= this.find() ?? this.make();
    if (this.ino === undefined || !this.put(this.ino, { ino, name: `#${ino}` })) {
      this.dialog.serious(`SORRY. NO SPACE IN ${NAME} DIRECTORY`);
      return undefined;
    }
    this.count(ino);
    return this.ino;
  }

  private count(ino: number): void {
    this.volume.links[ino] = (this.volume.links[ino] ?? 0) + 1;
  }

  private find(): number | undefined {
    for (const e of this.volume.entries(V7.ROOT_INODE))
      if (e.name === NAME && this.volume.isInode(e.ino) && this.volume.isDirectory(e.ino)) return e.ino;
    return undefined;
  }

  private make(): number | undefined {
    const { volume } = this;
    const ino = volume.takeInode();
    const block = ino === undefined ? undefined : volume.takeBlock();
    if (ino === undefined || block === undefined || !this.put(V7.ROOT_INODE, { ino, name: NAME })) return undefined;
    volume.putEntry(block, 0, { ino, name: '.' });
    volume.putEntry(block, V7.ENTRY_BYTES, { ino: V7.ROOT_INODE, name: '..' });
    const root = volume.inode(V7.ROOT_INODE);
    const addr = Array.from({ length: V7.ADDRESSES }, (_, i) => (i === 0 ? block : 0));
    volume.writeInode(ino, { ...root, mode: V7.IFDIR | 0o700, nlink: 2, size: 2 * V7.ENTRY_BYTES, addr });
    for (const named of [ino, ino, V7.ROOT_INODE]) this.count(named);
    return ino;
  }

  /** An entry in a free place, or behind the last one. */
  private put(dir: number, entry: V7.Entry): boolean {
    const { volume } = this;
    for (const e of volume.entries(dir)) {
      if (e.ino !== 0) continue;
      volume.putEntry(e.block, e.offset, entry);
      return true;
    }
    const di = volume.inode(dir);
    const index = Math.floor(di.size / V7.BLOCK);
    if (index >= V7.DIRECT) return false;
    const block = di.addr[index] || volume.takeBlock();
    if (block === undefined || !V7.isData(volume.sb, block)) return false;
    volume.putEntry(block, di.size % V7.BLOCK, entry);
    volume.writeInode(dir, { ...di, size: di.size + V7.ENTRY_BYTES, addr: di.addr.with(index, block) });
    return true;
  }
}
