// SPDX-License-Identifier: BSD-2-Clause
/** Standard streams of the process, written and read synchronously whether they block or not. */
import fs from 'node:fs';

/** Nobody reads what we write. */
export class BrokenPipe extends Error {}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** All of `bytes`, at `position` of a file. A pipe of Node does not block: wait until there is room. @throws BrokenPipe */
export function writeStream(fd: number, bytes: Uint8Array, position?: number): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      const at = position === undefined ? null : position + done;
      done += fs.writeSync(fd, bytes, done, bytes.length - done, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') throw new BrokenPipe();
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 2);
    }
  }
}

/** Some bytes into `into`; 0 at the end. */
export function readStream(fd: number, into: Uint8Array): number {
  for (;;) {
    try {
      return fs.readSync(fd, into, 0, into.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 2);
    }
  }
}
