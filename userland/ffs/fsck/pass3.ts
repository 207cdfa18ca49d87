// SPDX-License-Identifier: BSD-2-Clause
/** Phase 3: directories that cannot be reached from the root. */
import { type Checker, CONNECTED, DIRECTORY, type DirectoryInfo } from './checker.ts';
import { reconnect } from './lost_found.ts';

export function pass3(c: Checker): void {
  const refused = new Set<number>();
  for (const info of [...c.directories.values()]) {
    if (c.state[info.ino] !== DIRECTORY || refused.has(info.ino)) continue;
    const { chain, above } = climb(c, info, refused);
    const connected = typeof above === 'boolean' ? above : reconnect(c, above.ino);
    for (const ino of chain) {
      if (connected) c.state[ino] = CONNECTED;
      else refused.add(ino);
    }
  }
}

interface Climbed {
  readonly chain: ReadonlySet<number>;
  /** Uppermost of the chain when nothing leads to it, or only what is below it; else whether the chain is connected. */
  readonly above: DirectoryInfo | boolean;
}

/** From a directory up as far as parents are not connected. */
function climb(c: Checker, info: DirectoryInfo, refused: ReadonlySet<number>): Climbed {
  const chain = new Set<number>();
  let at = info;
  for (;;) {
    chain.add(at.ino);
    const up = c.directories.get(at.parent);
    if (up === undefined || chain.has(up.ino)) return { chain, above: at };
    if (refused.has(up.ino)) return { chain, above: false };
    if (c.state[up.ino] !== DIRECTORY) return { chain, above: c.state[up.ino] === CONNECTED };
    at = up;
  }
}
