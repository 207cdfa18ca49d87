// SPDX-License-Identifier: BSD-2-Clause
import { MemoryDisk } from '../../../testing/memory_disk.ts';
import type { ByteOrder } from '../../byte_order.ts';
import { type NewfsFormat, planNewfs } from '../../newfs_plan.ts';
import { writeNewfs } from '../../newfs_write.ts';
import { work } from './kernel_work.ts';

/** Files of every kind, made and removed by the kernel in /mnt. */
const FILL = `cd /mnt; mkdir a b a/c
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo hello $i > a/f$i; ln a/f$i b/g$i; done
  ln -s abc b/l; ln -s /${'long'.repeat(50)} b/ll; mkfifo b/p; mknod b/n c 1 2
  dd if=/dev/zero of=a/big bs=64k count=50 2>/dev/null; dd if=/dev/zero of=a/sparse bs=1k seek=900 count=1 2>/dev/null
  rm a/f1 a/f2; mknod b/m b 3 4; ln -s x b/x; rm b/m b/l; truncate -s 100000 a/big 2>/dev/null; mkdir gone; rmdir gone`;

/** A file system of 12 MB by newfs, filled by the kernel. */
export function newfsImage(format: NewfsFormat, order: ByteOrder): MemoryDisk {
  const disk = new MemoryDisk(new Uint8Array(12 << 20));
  const sb = planNewfs({ format, order, size: disk.size, sectorSize: 512, time: 1000, random: 5 });
  writeNewfs(disk, sb, { uid: 0, gid: 0 }, () => undefined);
  const { err, after } = work(disk.bytes, `mount /dev/rd0 /mnt || exit; ${FILL}; cd /; umount /mnt`);
  if (err !== '') throw new Error(err);
  return new MemoryDisk(after);
}
