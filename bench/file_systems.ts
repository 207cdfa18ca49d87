// SPDX-License-Identifier: BSD-2-Clause
/** The work of kernel-wasm/bench/fs_bench.c on an image in memory, timed. */
import { LocalKernel } from '../workers/local_kernel.ts';

export interface FileSystemRun {
  readonly type: 'ffs' | 'ext2fs' | 'msdos';
  /** Flags of mount(2). */
  readonly flags: number;
  readonly image: Uint8Array;
}

const TYPES = ['ffs', 'ext2fs', 'msdos'];
const RUMP_RFCFDG = 2;
const WRITE_FILE = 0;
const READ_FILE = 1;
const CREATE_UNLINK = 2;
const CREATE_SMALL = 3;
const STAT_SMALL = 4;
const REMOVE_SMALL = 5;

const BLOCK = 65536;
const BIG_BLOCKS = (128 << 20) / BLOCK;
const WARM_BLOCKS = (16 << 20) / BLOCK;
const SMALL_FILES = 10_000;
const PAIRS = 30_000;
const MEMORY = 1 << 30;

/** Figures by name, `B/s`, `1/s`, `s` and `ms`: one value a run. */
export type FileSystemFigures = Record<string, number[]>;

/** Every piece of work once on a kernel of its own and a fresh copy of the image; figures are added to `into`. */
export function timeFileSystem(
  kernel: Uint8Array<ArrayBuffer>,
  module: WebAssembly.Module,
  run: FileSystemRun,
  into: FileSystemFigures,
): void {
  const local = LocalKernel.boot({ kernel, module, memoryBytes: MEMORY });
  const call = (name: string, ...args: number[]): void => {
    const errno = Number(local.call(name, args));
    if (errno !== 0) throw new Error(`${name}(${args.join(', ')}) on ${run.type}: errno ${errno}`);
  };
  const seconds = (name: string, ...args: number[]): number => {
    const start = performance.now();
    call(name, ...args);
    return (performance.now() - start) / 1000;
  };
  const note = (name: string, value: number): void => {
    into[name] = [...(into[name] ?? []), value];
  };
  const mount = (): number => seconds('rump_fsbench_mount', TYPES.indexOf(run.type), run.flags);
  const work = (which: number, n: number): number => seconds('rump_fsbench', which, n);

  local.attachBytes('rd0', run.image.slice(), false);
  local.call('rump_pub_lwproc_rfork', [RUMP_RFCFDG]);
  mount();
  note('write-64k', (BIG_BLOCKS * BLOCK) / work(WRITE_FILE, BIG_BLOCKS));
  call('rump_fsbench_unmount');
  note('mount', mount() * 1000);
  note('read-64k-remounted', (BIG_BLOCKS * BLOCK) / work(READ_FILE, BIG_BLOCKS));
  work(WRITE_FILE, WARM_BLOCKS);
  work(READ_FILE, WARM_BLOCKS);
  note('read-64k-warm', (WARM_BLOCKS * BLOCK) / work(READ_FILE, WARM_BLOCKS));
  work(CREATE_UNLINK, PAIRS / 10);
  note('create-unlink', PAIRS / work(CREATE_UNLINK, PAIRS));
  note('create-10000', work(CREATE_SMALL, SMALL_FILES));
  note('stat-10000', SMALL_FILES / work(STAT_SMALL, SMALL_FILES));
  note('remove-10000', work(REMOVE_SMALL, SMALL_FILES));
  call('rump_fsbench_unmount');
}
