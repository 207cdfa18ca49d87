// SPDX-License-Identifier: BSD-2-Clause
import type { MemoryDisk } from '../../../testing/memory_disk.ts';
import { dinodeAt, S_IFDIR, S_IFMT, S_IFREG } from '../../dinode.ts';
import { cgHeader, inodeByte, inodeCount } from '../../geometry.ts';
import { Superblock } from '../../superblock.ts';

/** A small generator of numbers that a seed repeats. */
export class Random {
  constructor(private state: number) {
    this.state = (state * 2654435761 + 12345) >>> 0;
  }

  /** 0 .. n - 1 */
  below(n: number): number {
    let x = this.state || 1;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state % n;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** Damage metadata in a few places, as the seed says. @returns what was done */
export function damage(disk: MemoryDisk, seed: number, superblockToo = true): string[] {
  const random = new Random(seed);
  const sb = Superblock.find(disk) as Superblock;
  const targets = new Targets(disk, sb, random);
  const done: string[] = [];
  const count = 1 + random.below(5);
  for (let i = 0; i < count; i++) {
    const kinds = ['inode', 'inode', 'directory', 'directory', 'group', 'indirect', 'summary', 'swap'];
    if (superblockToo) kinds.push('superblock');
    const kind = random.pick(kinds);
    const [at, length] = targets.place(kind);
    if (length === 0) continue;
    done.push(`${kind} ${change(disk.bytes, at, length, random)}`);
  }
  return done;
}

/** Somewhere in these bytes: a bit, a byte, a word, zeros, a word of another place. */
function change(bytes: Uint8Array, from: number, length: number, random: Random): string {
  const at = from + random.below(length);
  const word = from + (random.below(length) & ~3);
  switch (random.below(6)) {
    case 0:
      (bytes[at] as number) ^= 1 << random.below(8);
      return `bit at ${at}`;
    case 1:
      bytes[at] = random.below(256);
      return `byte at ${at}`;
    case 2:
      bytes.set([random.below(256), random.below(256), 0, 0], word);
      return `small word at ${word}`;
    case 3:
      bytes.fill(0, word, Math.min(word + 64, from + length));
      return `zeros at ${word}`;
    case 4:
      bytes.copyWithin(word, from + (random.below(length) & ~3), from + length);
      return `bytes moved to ${word}`;
    default:
      for (let i = word; i < Math.min(word + 32, from + length); i++) bytes[i] = random.below(256);
      return `noise at ${word}`;
  }
}

class Targets {
  private readonly inodes: number[] = [];
  private readonly directories: number[] = [];
  private readonly indirect: number[] = [];

  constructor(
    private readonly disk: MemoryDisk,
    private readonly sb: Superblock,
    private readonly random: Random,
  ) {
    for (let ino = 2; ino < inodeCount(sb); ino++) {
      const at = inodeByte(sb, ino) as number;
      const di = dinodeAt(sb, disk.bytes.subarray(at, at + sb.dinodeSize));
      const kind = di.mode & S_IFMT;
      if (kind === 0) continue;
      this.inodes.push(at);
      if (kind === S_IFDIR) this.directories.push(di.db(0) * sb.fsize);
      if (kind === S_IFREG) for (let i = 0; i < 3; i++) if (di.ib(i) !== 0) this.indirect.push(di.ib(i) * sb.fsize);
    }
  }

  place(kind: string): [at: number, length: number] {
    const { sb, random } = this;
    if (kind === 'inode') return [random.pick(this.inodes), sb.dinodeSize];
    if (kind === 'directory') return [random.pick(this.directories), 512];
    if (kind === 'indirect') return [this.indirect.length > 0 ? random.pick(this.indirect) : 0, 256];
    if (kind === 'summary') return [sb.csaddr * sb.fsize, 16 * sb.ncg];
    if (kind === 'group') return [cgHeader(sb, random.below(sb.ncg)) * sb.fsize, sb.cgsize];
    if (kind === 'superblock') return [sb.sblockloc, 1376];
    const [from, to] = [random.pick(this.inodes), random.pick(this.inodes)];
    this.disk.bytes.copyWithin(to, from, from + sb.dinodeSize);
    return [to, sb.dinodeSize];
  }
}
