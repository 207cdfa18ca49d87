// SPDX-License-Identifier: BSD-2-Clause
/** setmode(3): an octal or symbolic mode as a function of the old mode; undefined when malformed. */
export function parseMode(text: string, umask: number): ((mode: number, isDirectory: boolean) => number) | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const value = Number.parseInt(text, 8) & 0o7777;
    return () => value;
  }
  const steps: ((mode: number, isDirectory: boolean) => number)[] = [];
  for (const clause of text.split(',')) {
    const m = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(clause);
    if (!m) return undefined;
    const who = m[1] as string;
    let mask = 0;
    if (who === '' || who.includes('a')) mask = 0o7777;
    if (who.includes('u')) mask |= 0o4700;
    if (who.includes('g')) mask |= 0o2070;
    if (who.includes('o')) mask |= 0o1007;
    const limit = who === '' ? ~(umask & 0o777) : ~0;
    for (const action of (m[2] as string).match(/[-+=][rwxXstugo]*/g) ?? []) {
      const op = action[0] as string;
      const perms = action.slice(1);
      steps.push((mode, dir) => {
        const bits = permissionBits(perms, mode, dir) & mask & limit;
        if (op === '+') return mode | bits;
        if (op === '-') return mode & ~bits;
        const clear = mask & (who === '' ? 0o777 & limit : 0o777 | (mask & 0o6000)) & (dir ? ~0o2000 : ~0);
        return (mode & ~clear) | bits;
      });
    }
  }
  return (mode, dir) => steps.reduce((m, f) => f(m, dir), mode & 0o7777);
}

function permissionBits(perms: string, mode: number, dir: boolean): number {
  let bits = 0;
  for (const c of perms) {
    if (c === 'r') bits |= 0o444;
    else if (c === 'w') bits |= 0o222;
    else if (c === 'x' || (c === 'X' && (dir || (mode & 0o111) !== 0))) bits |= 0o111;
    else if (c === 's') bits |= 0o6000;
    else if (c === 't') bits |= 0o1000;
    else if (c === 'u') bits |= ((mode >> 6) & 7) * 0o111;
    else if (c === 'g') bits |= ((mode >> 3) & 7) * 0o111;
    else if (c === 'o') bits |= (mode & 7) * 0o111;
  }
  return bits;
}
