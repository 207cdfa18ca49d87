// SPDX-License-Identifier: BSD-2-Clause
/** Clocks, random numbers and files of the platform this worker runs on: HostServices. */
import {
  EACCES,
  EEXIST,
  EINVAL,
  EIO,
  EISDIR,
  ENOENT,
  ENOSPC,
  ENOTDIR,
  EPERM,
  EROFS,
} from '../hypercall-js/errno.gen.ts';
import type { HostFiles, HostServices } from '../hypercall-js/host_kernel.ts';
import { isNode, nodeClock, nodeFs } from './node_builtin.ts';

const NODE_ERRNO: Readonly<Record<string, number>> = {
  ENOENT,
  EEXIST,
  EACCES,
  EISDIR,
  ENOTDIR,
  EINVAL,
  EROFS,
  ENOSPC,
  EPERM,
  EIO,
};
const FT_OTHER = 0,
  FT_DIR = 1,
  FT_REG = 2,
  FT_BLK = 3,
  FT_CHR = 4;

/** Files of the Node process. */
function nodeFiles(): HostFiles {
  const fs = nodeFs();
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL } = fs.constants;
  const access = [O_RDONLY, O_WRONLY, O_RDWR];
  return {
    open: (path, mode) =>
      fs.openSync(
        path,
        (access[mode & 3] as number) | ((mode & 4) !== 0 ? O_CREAT : 0) | ((mode & 8) !== 0 ? O_EXCL : 0),
        0o644,
      ),
    close: (fd) => fs.closeSync(fd),
    read: (fd, dst, offset) => fs.readSync(fd, dst, 0, dst.length, offset),
    write: (fd, src, offset) => fs.writeSync(fd, src, 0, src.length, offset),
    sync: (fd) => fs.fdatasyncSync(fd),
    truncate: (fd, size) => fs.ftruncateSync(fd, size),
    info: (path) => {
      const s = fs.statSync(path, { throwIfNoEntry: false });
      if (s === undefined) return undefined;
      const type = s.isDirectory()
        ? FT_DIR
        : s.isFile()
          ? FT_REG
          : s.isBlockDevice()
            ? FT_BLK
            : s.isCharacterDevice()
              ? FT_CHR
              : FT_OTHER;
      return { size: s.size, type };
    },
    errno: (error) => NODE_ERRNO[(error as { code?: string }).code ?? ''] ?? EIO,
  };
}

/** Origin of the monotonic clock of a kernel, taken once where it is booted. */
export function clockOrigin(): number {
  return isNode ? Number(nodeClock()) / 1e6 : performance.timeOrigin + performance.now();
}

/** What to add to performance.now() to get clockOrigin(): the sample with the least time between the two readings around it. */
function clockOffset(): number {
  if (!isNode) return performance.timeOrigin;
  let best = 0;
  let spread = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 12; i++) {
    const before = performance.now();
    const clock = clockOrigin();
    const after = performance.now();
    if (after - before >= spread) continue;
    spread = after - before;
    best = clock - (before + after) / 2;
  }
  return best;
}

/**
 * @param origin     clockOrigin() of the kernel
 * @param hostFiles  lend the process's file system (Node)
 */
export function hostServices(origin: number, hostFiles: boolean): HostServices {
  const offset = clockOffset() - origin;
  return {
    monotonicMs: () => performance.now() + offset,
    wallMs: () => performance.timeOrigin + performance.now(),
    randomFill: (bytes) => {
      crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
    },
    files: isNode ? nodeFiles() : undefined,
    lendFiles: hostFiles,
  };
}
