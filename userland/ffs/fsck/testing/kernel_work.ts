// SPDX-License-Identifier: BSD-2-Clause
/** Tests: a kernel in this process that works on an image in memory, every write to it recorded. */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInline } from '../../../../workers/inline_programs.ts';
import { LocalKernel } from '../../../../workers/local_kernel.ts';
import { decode } from '../../../lib/bytes.ts';
import { runProgram } from '../../../main.ts';

const KERNEL = fileURLToPath(new URL('../../../../out/kernel/rumpus.wasm', import.meta.url));
export const kernelIsThere = fs.existsSync(KERNEL);
let compiled: { kernel: Uint8Array<ArrayBuffer>; module: WebAssembly.Module } | undefined;

export interface Write {
  readonly offset: number;
  readonly data: Uint8Array;
}

/** Bytes that note what is written to them. */
function recordedBytes(image: Uint8Array): { disk: Uint8Array; writes: Write[] } {
  const disk = Uint8Array.from(image);
  const writes: Write[] = [];
  disk.set = (data: ArrayLike<number>, offset = 0): void => {
    writes.push({ offset, data: Uint8Array.from(data) });
    Uint8Array.prototype.set.call(disk, data, offset);
  };
  return { disk, writes };
}

export interface KernelWork {
  readonly out: string;
  readonly err: string;
  /** In order; none are missing between the image before and the one after. */
  readonly writes: readonly Write[];
  readonly after: Uint8Array;
}

/** A shell script on a fresh kernel with the image as rd0, its mount point /mnt. The image given stays as it is. */
export function work(image: Uint8Array, script: string): KernelWork {
  if (compiled === undefined) {
    const kernel = new Uint8Array(fs.readFileSync(KERNEL));
    compiled = { kernel, module: new WebAssembly.Module(kernel) };
  }
  const { disk, writes } = recordedBytes(image);
  const text = ['', ''];
  const local = LocalKernel.boot({
    ...compiled,
    memoryBytes: 128 << 20,
    onLine: (line, bytes) => {
      text[line] += decode(bytes);
    },
  });
  local.attachBytes('rd0', disk, false);
  const env = { PATH: '/bin:/sbin:/usr/bin:/usr/sbin', HOME: '/', USER: 'root', SHELL: '/bin/sh' };
  runInline(local, runProgram, {
    argv: ['sh', '-c', script],
    env,
    control: () => ({ ok: false, errno: 45, message: 'not without threads' }),
  });
  return { out: text[0] as string, err: text[1] as string, writes, after: Uint8Array.from(disk) };
}

/** The image as it was after so many of the writes. */
export function cutAfter(image: Uint8Array, writes: readonly Write[], count: number): Uint8Array {
  const cut = Uint8Array.from(image);
  for (const { offset, data } of writes.slice(0, count)) cut.set(data, offset);
  return cut;
}
