// SPDX-License-Identifier: BSD-2-Clause
/** Tests: images that makefs makes, and checks of them without a kernel. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FsckDialog, type FsckMode } from '../../../disk/fsck_dialog.ts';
import type { Disk } from '../../../disk/raw_device.ts';
import { decode, encode } from '../../../lib/bytes.ts';
import { ProgramContext } from '../../../lib/program_context.ts';
import type { Librump } from '../../../librump/librump.ts';
import { ProgramEnd } from '../../../librump/program_end.ts';
import { MemoryDisk } from '../../../testing/memory_disk.ts';
import { checkFileSystem } from '../check.ts';
import type { CheckOptions } from '../checker.ts';

export const haveMakefs = spawnSync('makefs', [], { stdio: 'ignore' }).error === undefined;

export interface Checked {
  readonly text: string;
  readonly status: number;
}

/** Run a check as fsck_ffs would, answers to questions from `stdin`. */
export function check(disk: Disk, mode: FsckMode, options: Partial<CheckOptions> = {}, stdin = ''): Checked {
  const written: string[] = [];
  let input = encode(stdin);
  const sys = {
    isatty: () => false,
    writeAll: (_fd: number, data: Uint8Array) => void written.push(decode(data)),
    read: (_fd: number, n: number) => {
      const part = input.subarray(0, n);
      input = input.subarray(part.length);
      return part;
    },
  } as unknown as Librump;
  const ctx = new ProgramContext(sys, {} as never, 1, ['fsck_ffs'], new Map());
  const say = new FsckDialog(ctx, { special: '/dev/rd0', mode });
  let status: number;
  try {
    status = checkFileSystem(disk, say, {
      force: true,
      quiet: false,
      debug: false,
      lostFoundMode: 0o700,
      special: '/dev/rd0',
      now: 1_700_000_000,
      userName: String,
      ...options,
    });
  } catch (error) {
    if (!(error instanceof ProgramEnd)) throw error;
    status = error.status;
  }
  ctx.out.flush();
  return { text: written.join(''), status };
}

/** A tree with files of every shape, and images of it. */
export class Images {
  private readonly work = fs.mkdtempSync(path.join(os.tmpdir(), 'fsck-ffs-'));
  private readonly made = new Map<string, Uint8Array>();

  constructor() {
    const tree = `${this.work}/tree`;
    fs.mkdirSync(`${tree}/dir/sub/deep`, { recursive: true });
    fs.mkdirSync(`${tree}/empty`);
    for (const [name, size] of [
      ['zero', 0],
      ['small', 100],
      ['frags', 3000],
      ['block', 20000],
      ['indirect', 300000],
      ['double', 3000000],
    ] as const)
      fs.writeFileSync(`${tree}/dir/${name}`, contents(name, size));
    fs.writeFileSync(`${tree}/dir/sub/deep/leaf`, contents('leaf', 5000));
    fs.symlinkSync('dir/small', `${tree}/short`);
    fs.symlinkSync('x'.repeat(300), `${tree}/long`);
    fs.linkSync(`${tree}/dir/frags`, `${tree}/hard`);
    fs.mkdirSync(`${tree}/many`);
    for (let i = 0; i < 400; i++) fs.writeFileSync(`${tree}/many/file-number-${i}`, contents(String(i), i * 7));
  }

  /** @param options  like version=2,bsize=16384,fsize=2048 */
  make(options: string, order = 'le', size = '16m'): MemoryDisk {
    const key = `${options} ${order} ${size}`;
    let bytes = this.made.get(key);
    if (bytes === undefined) {
      const file = `${this.work}/img`;
      fs.rmSync(file, { force: true });
      const args = ['-t', 'ffs', '-s', size, '-B', order, '-f', '500', '-o', options, file, `${this.work}/tree`];
      execFileSync('makefs', args, { stdio: 'ignore' });
      bytes = new Uint8Array(fs.readFileSync(file));
      this.made.set(key, bytes);
    }
    return new MemoryDisk(Uint8Array.from(bytes));
  }

  remove(): void {
    fs.rmSync(this.work, { recursive: true, force: true });
  }
}

export function contents(name: string, size: number): Uint8Array {
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) out[i] = (i * 31 + name.length * 7 + name.charCodeAt(i % name.length)) & 0xff;
  return out;
}
