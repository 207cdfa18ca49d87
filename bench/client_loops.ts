// SPDX-License-Identifier: BSD-2-Clause
/** The loops of rump_bench.c again, made by a TypeScript program through the syscall client. */
import type { KernelInstance, ProgramHost } from '../userland/abi.ts';
import { O_CREAT, O_RDONLY, O_RDWR } from '../userland/librump/constants.gen.ts';
import { Librump } from '../userland/librump/librump.ts';

const BLOCK = 65536;
const FILE_SIZE = 4 << 20;

/** A host for a program that never spawns, waits or gets signals. */
function loneHost(): ProgramHost {
  const never = (): never => {
    throw new Error('not in a benchmark');
  };
  return {
    signalFlag: new Int32Array(1),
    spawn: never,
    wait: never,
    takeSignals: () => [],
    stopSelf: never,
    control: never,
    now: () => performance.now(),
  };
}

/** One round of each, by the name its C twin has; on the files rump_bench_setup() made. */
export function clientLoops(instance: KernelInstance): ReadonlyMap<string, () => void> {
  const sys = new Librump(instance, loneHost());
  const fd = sys.open('/bench/file', O_RDONLY);
  const [reader, writer] = sys.pipe();
  const byte = new Uint8Array(1);
  return new Map<string, () => void>([
    ['getpid', () => void sys.getpid()],
    ['fstat', () => void sys.fstat(fd)],
    ['stat-depth-5', () => void sys.stat('/bench/a/b/c/file')],
    ['open-close', () => sys.close(sys.open('/bench/file', O_RDONLY))],
    [
      'create-unlink',
      () => {
        sys.close(sys.open('/bench/new', O_CREAT | O_RDWR, 0o644));
        sys.unlink('/bench/new');
      },
    ],
    [
      'mkdir-rmdir',
      () => {
        sys.mkdir('/bench/dir', 0o755);
        sys.rmdir('/bench/dir');
      },
    ],
    ['pread-4k', () => void sys.preadBulk(fd, 4096, 0)],
    [
      'pipe-byte',
      () => {
        sys.write(writer, byte);
        sys.readBulk(reader, 1);
      },
    ],
    [
      'tmpfs-read-64k',
      () => {
        sys.lseek(fd, 0, 0);
        for (let at = 0; at < FILE_SIZE; at += BLOCK) sys.readBulk(fd, BLOCK);
      },
    ],
  ]);
}
