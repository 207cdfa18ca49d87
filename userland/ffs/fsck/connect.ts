// SPDX-License-Identifier: BSD-2-Clause
import { type Checker, CONNECTED, DIRECTORY, type DirectoryInfo } from './checker.ts';

/** Mark as CONNECTED every directory whose parents lead to one that is. */
export function connect(c: Checker): void {
  const lost = new Set<number>();
  for (const info of c.directories.values()) {
    const chain = new Set<number>();
    let at: DirectoryInfo | undefined = info;
    while (at !== undefined && c.state[at.ino] === DIRECTORY && !chain.has(at.ino) && !lost.has(at.ino)) {
      chain.add(at.ino);
      at = c.directories.get(at.parent);
    }
    const reached = at !== undefined && c.state[at.ino] === CONNECTED;
    for (const ino of chain) {
      if (reached) c.state[ino] = CONNECTED;
      else lost.add(ino);
    }
  }
}
