// SPDX-License-Identifier: BSD-2-Clause
/** Images of ext2, ext3 and ext4 made by e2fsprogs, and its tools to damage and to judge them. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const env = { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` };

export interface ToolRun {
  readonly status: number | null;
  readonly text: string;
}

export function tool(name: string, ...args: string[]): ToolRun {
  const run = spawnSync(name, args, { encoding: 'latin1', env });
  return { status: run.status, text: `${run.stdout}${run.stderr}` };
}

export const haveE2fsprogs = spawnSync('e2fsck', ['-V'], { env }).error === undefined;

/** Options of mke2fs by the name of the kind. */
export const IMAGE_KINDS: ReadonlyMap<string, string> = new Map([
  ['ext2', '-t ext2 -b 1024 -N 800'],
  ['ext2, 4 KB', '-t ext2 -I 128 -b 4096'],
  ['ext2, plain', '-t ext2 -b 1024 -O ^dir_index,^resize_inode,^filetype,^ext_attr'],
  ['ext2, sparse_super2', '-t ext2 -b 2048 -O sparse_super2,^resize_inode'],
  ['revision 0', '-r 0 -O none -b 1024'],
  ['ext3', '-t ext3 -b 1024 -J size=1'],
  ['ext4', '-t ext4 -b 1024 -N 800 -J size=1 -O ^64bit,^metadata_csum,uninit_bg'],
  ['ext4, 4 KB', '-t ext4 -b 4096 -J size=4 -O ^64bit,^metadata_csum'],
  ['ext4, small groups', '-t ext4 -b 1024 -g 2048 -O ^64bit,^metadata_csum,^has_journal,uninit_bg,^flex_bg'],
]);

/** A folder for one test file. */
export class ImageFolder {
  readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ext2-images-'));
  readonly image = path.join(this.dir, 'image');
  private readonly made = new Map<string, Buffer>();

  constructor() {
    const tree = path.join(this.dir, 'tree');
    fs.mkdirSync(path.join(tree, 'a/b/c'), { recursive: true });
    fs.mkdirSync(path.join(tree, 'big'));
    for (let i = 0; i < 150; i++) fs.writeFileSync(path.join(tree, `big/a_file_with_a_long_name_${i}`), `file ${i}\n`);
    const text = Array.from({ length: 40000 }, (_, i) => `line ${i}\n`).join('');
    fs.writeFileSync(path.join(tree, 'a/text'), text);
    fs.writeFileSync(path.join(tree, 'a/b/small'), text.slice(0, 70000));
    fs.linkSync(path.join(tree, 'a/b/small'), path.join(tree, 'a/hard'));
    fs.symlinkSync('small', path.join(tree, 'a/b/soft'));
    fs.symlinkSync('x'.repeat(100), path.join(tree, 'a/b/long'));
    fs.writeFileSync(path.join(tree, 'a/sparse'), 'end');
    fs.truncateSync(path.join(tree, 'a/sparse'), 3000000);
    fs.appendFileSync(path.join(tree, 'a/sparse'), 'tail');
    fs.writeFileSync(path.join(tree, 'empty'), '');
  }

  /** Write a fresh image of a kind to `image`; with the index of its large directory. */
  make(kind: string): void {
    let bytes = this.made.get(kind);
    if (bytes === undefined) {
      const options = (IMAGE_KINDS.get(kind) ?? kind).split(' ');
      fs.rmSync(this.image, { force: true });
      const run = tool('mke2fs', '-q', '-F', '-d', path.join(this.dir, 'tree'), ...options, this.image, '10M');
      if (run.status !== 0) throw new Error(run.text);
      tool('e2fsck', '-fyD', this.image);
      bytes = fs.readFileSync(this.image);
      this.made.set(kind, bytes);
    }
    fs.writeFileSync(this.image, bytes);
  }

  /** Damage by commands of debugfs. */
  debugfs(...commands: string[]): void {
    const script = path.join(this.dir, 'commands');
    fs.writeFileSync(script, `${commands.join('\n')}\n`);
    tool('debugfs', '-w', '-f', script, this.image);
  }

  /** Change bytes of the image in place. */
  change(body: (bytes: Buffer, view: DataView) => void): void {
    const bytes = fs.readFileSync(this.image);
    body(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
    fs.writeFileSync(this.image, bytes);
  }

  /** Contents of a file, as debugfs reads it. */
  cat(name: string): string {
    const run = spawnSync('debugfs', ['-R', `cat ${name}`, this.image], {
      encoding: 'latin1',
      env,
      maxBuffer: 1 << 24,
    });
    return run.stdout;
  }

  /** What e2fsck has to say, empty when it finds nothing. */
  judge(): string {
    const run = tool('e2fsck', '-fn', this.image);
    return run.status === 0 ? '' : run.text;
  }

  remove(): void {
    fs.rmSync(this.dir, { recursive: true });
  }
}
