// SPDX-License-Identifier: BSD-2-Clause
/** Makes the test images once a run with Debian's tools from a generated tree, and the list of its checksums. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const WORK = join(tmpdir(), 'rumpus-e2e');
export const TREE = join(WORK, 'tree');
export const MANIFEST = join(WORK, 'manifest.json');

export interface ManifestFile {
  readonly path: string;
  readonly size: number;
  /** POSIX cksum, as the guest's cksum prints it. */
  readonly cksum: number;
  readonly sha1: string;
}

export const IMAGES = {
  genisoimage: { file: join(WORK, 'genisoimage.iso'), fs: 'cd9660' },
  xorriso: { file: join(WORK, 'xorriso.iso'), fs: 'cd9660' },
  ffs1: { file: join(WORK, 'ffs1.img'), fs: 'ffs' },
  ffs2: { file: join(WORK, 'ffs2.img'), fs: 'ffs' },
  ffs1be: { file: join(WORK, 'ffs1be.img'), fs: 'ffs' },
  ffs2be: { file: join(WORK, 'ffs2be.img'), fs: 'ffs' },
} as const;

export type ImageName = keyof typeof IMAGES;
/** The border test kernel of hypercall-js: a kernel that is not ours, for the page. */
export const BORDER_KERNEL = resolve('out/test/border.wasm');
export const BIG_ISO = join(WORK, 'big.iso');

/** Deterministic bytes: a test that fails can be repeated. */
function bytes(seed: number, length: number): Buffer {
  const out = Buffer.alloc(length);
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[at] = state >>> 24;
  }
  return out;
}

function crcTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_unused, index) => {
    let value = index << 24;
    for (let bit = 0; bit < 8; bit += 1) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
    return value >>> 0;
  });
}

const TABLE = crcTable();

export function cksum(data: Uint8Array): number {
  let crc = 0;
  const step = (byte: number): void => {
    crc = ((crc << 8) ^ (TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  };
  data.forEach(step);
  for (let length = data.length; length > 0; length = Math.floor(length / 256)) step(length & 0xff);
  return ~crc >>> 0;
}

function makeTree(): ManifestFile[] {
  const files: ManifestFile[] = [];
  const add = (path: string, content: Buffer): void => {
    const full = join(TREE, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    files.push({
      path,
      size: content.length,
      cksum: cksum(content),
      sha1: createHash('sha1').update(content).digest('hex'),
    });
  };
  add('hello.txt', Buffer.from('Hello from a disk image.\n'));
  add('empty', Buffer.alloc(0));
  add('one-byte', Buffer.from('x'));
  for (const size of [511, 512, 2047, 2048, 2049, 8191, 8192, 65536, 98305]) add(`sizes/s${size}`, bytes(size, size));
  add('deep/a/b/c/d/e/f/leaf.txt', Buffer.from('leaf\n'));
  add('A name with spaces.txt', Buffer.from('spaces\n'));
  add(`long/${'n'.repeat(80)}.txt`, Buffer.from('long name\n'));
  for (let index = 0; index < 120; index += 1)
    add(`many/file-${String(index).padStart(3, '0')}.txt`, Buffer.from(`file number ${index}\n`.repeat(index % 7)));
  add('big.bin', bytes(7, 1_500_000));
  symlinkSync('hello.txt', join(TREE, 'link-to-hello'));
  return files;
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}

/** A valid ISO followed by nothing up to 4 GB: sparse, so it takes no room here. */
function makeBigIso(): void {
  writeFileSync(BIG_ISO, readFileSync(IMAGES.genisoimage.file));
  truncateSync(BIG_ISO, 4 * 1024 ** 3);
}

export function makeFile(path: string, size: number): void {
  closeSync(openSync(path, 'w'));
  truncateSync(path, size);
}

function makeBorderKernel(): void {
  const script = `import { buildBorder } from ${JSON.stringify(resolve('hypercall-js/test_kernel/build.mjs'))}; await buildBorder();`;
  run(process.execPath, '--input-type=module', '-e', script);
}

export default function makeImages(): void {
  makeBorderKernel();
  if (existsSync(MANIFEST) && existsSync(BIG_ISO) && statSync(BIG_ISO).size > 0) return;
  rmSync(WORK, { recursive: true, force: true });
  mkdirSync(TREE, { recursive: true });
  const files = makeTree();
  run('genisoimage', '-quiet', '-R', '-J', '-joliet-long', '-V', 'GENISO', '-o', IMAGES.genisoimage.file, TREE);
  run(
    'xorriso',
    '-report_about',
    'WARNING',
    '-as',
    'mkisofs',
    '-R',
    '-J',
    '-joliet-long',
    '-V',
    'XORRISO',
    '-o',
    IMAGES.xorriso.file,
    TREE,
  );
  for (const version of [1, 2] as const) {
    for (const [order, suffix] of [
      ['le', ''],
      ['be', 'be'],
    ] as const) {
      run('makefs', '-t', 'ffs', '-B', order, '-o', `version=${version}`, IMAGES[`ffs${version}${suffix}`].file, TREE);
    }
  }
  makeBigIso();
  writeFileSync(MANIFEST, JSON.stringify(files));
}
