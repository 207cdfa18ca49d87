// SPDX-License-Identifier: BSD-2-Clause
/** Phase 3: directories that cannot be reached from the root. */
import { type Checker, CONNECTED, DIRECTORY, type DirectoryInfo } from './checker.ts';
import { reconnect } from './lost_found.ts';

export function pass3(c: Checker): void {
  const refused = new Set<number>();
  for (const info of [...c.directories.values()]) {
    if (c.state[info.ino] !== DIRECTORY || refused.has(info.ino)) continue;
    const { chain, top } = climb(c, info, refused);
    const connected = top !== undefined && reconnect(c, top.ino);
    for (const ino of chain) {
      if (connected) c.state[ino] = CONNECTED;
      else refused.add(ino);
    }
  }
}

/** From a directory up to one that nothing leads to, or only what is below it; no top under one that was refused. */
function climb(
  c: Checker,
  info: DirectoryInfo,
  refused: ReadonlySet<number>,
): { chain: Set<number>; top: DirectoryInfo | undefined } {
  const chain = new Set<number>();
  let at = info;
  for (;;) {
    if (refused.has(at.ino)) return { chain, top: undefined };
    chain.add(at.ino);
    const up = c.directories.get(at.parent);
    if (up === undefined || chain.has(up.ino) || c.state[up.ino] !== DIRECTORY) return { chain, top: at };
    at = up;
  }
}
