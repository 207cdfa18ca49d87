// SPDX-License-Identifier: BSD-2-Clause
/** umask, ulimit, getopts. */
import { numberArgument } from './number_argument.ts';
import type { Shell } from './shell.ts';
import { ShellError } from './shell_error.ts';

export function umaskBuiltin(shell: Shell, argv: string[]): number {
  const arg = argv[1] === '-S' ? undefined : argv[1];
  if (arg === undefined) {
    const mask = shell.sys.umask(0);
    shell.sys.umask(mask);
    if (argv[1] === '-S') {
      const part = (shift3: number) =>
        'rwx'
          .split('')
          .filter((_, i) => ((mask >> shift3) & (4 >> i)) === 0)
          .join('');
      shell.print(`u=${part(6)},g=${part(3)},o=${part(0)}\n`);
    } else shell.print(`${mask.toString(8).padStart(4, '0')}\n`);
    return 0;
  }
  if (!/^[0-7]+$/.test(arg)) throw new ShellError(`umask: Illegal number: ${arg}`);
  shell.sys.umask(Number.parseInt(arg, 8));
  return 0;
}

const LIMITS: readonly (readonly [string, number, string, number])[] = [
  ['t', 0, 'time(cpu-seconds)', 1],
  ['f', 1, 'file(blocks)', 512],
  ['c', 4, 'coredump(blocks)', 512],
  ['d', 2, 'data(kbytes)', 1024],
  ['s', 3, 'stack(kbytes)', 1024],
  ['m', 5, 'memory(kbytes)', 1024],
  ['l', 6, 'locked memory(kbytes)', 1024],
  ['p', 7, 'process(processes)', 1],
  ['n', 8, 'nofiles(descriptors)', 1],
  ['b', 9, 'sbsize(bytes)', 1],
  ['v', 10, 'vmemory(kbytes)', 1024],
];

export function ulimitBuiltin(shell: Shell, argv: string[]): number {
  let hard = false;
  let all = false;
  let which = 'f';
  let value: string | undefined;
  for (const arg of argv.slice(1)) {
    if (!arg.startsWith('-')) value = arg;
    else
      for (const c of arg.slice(1)) {
        if (c === 'H') hard = true;
        else if (c === 'S') hard = false;
        else if (c === 'a') all = true;
        else which = c;
      }
  }
  const show = (n: number, unit: number) =>
    n === Number.POSITIVE_INFINITY ? 'unlimited' : String(Math.floor(n / unit));
  for (const [letter, number, name, unit] of LIMITS) {
    if (!all && letter !== which) continue;
    const limit = shell.sys.getrlimit(number);
    if (value === undefined) {
      const text = show(hard ? limit.max : limit.cur, unit);
      shell.print(all ? `${name.padEnd(28)} ${text}\n` : `${text}\n`);
      continue;
    }
    const n = value === 'unlimited' ? Number.POSITIVE_INFINITY : numberArgument(value, 'ulimit', 0) * unit;
    shell.sys.setrlimit(number, { cur: n, max: hard ? n : limit.max });
  }
  return 0;
}

export function getoptsBuiltin(shell: Shell, argv: string[]): number {
  const [, spec = '', name = 'opt'] = argv;
  const args = argv.length > 3 ? argv.slice(3) : shell.params;
  const { vars } = shell;
  const [index = 1, offset = 1] = (vars.get('OPTIND') ?? '1').split(':').map(Number);
  const at = offset > 1 && shell.getoptsAt?.index === index ? shell.getoptsAt.offset : 1;
  const arg = args[index - 1];
  if (arg === undefined || !/^-./.test(arg) || arg === '--') {
    if (arg === '--') vars.set('OPTIND', String(index + 1));
    vars.set(name, '?');
    return 1;
  }
  const offsetNow = shell.getoptsAt?.index === index ? shell.getoptsAt.offset : at;
  const c = arg[offsetNow] as string;
  const found = c === ':' ? -1 : spec.indexOf(c);
  const more = offsetNow + 1 < arg.length;
  const advance = (n: number) => {
    vars.set('OPTIND', String(n));
    shell.getoptsAt = n === index ? { index, offset: offsetNow + 1 } : undefined;
  };
  vars.unset('OPTARG');
  if (found < 0) {
    if (spec.startsWith(':')) vars.set('OPTARG', c);
    else shell.complain(`Illegal option -${c}`);
    vars.set(name, '?');
    advance(more ? index : index + 1);
    return 0;
  }
  vars.set(name, c);
  if (spec[found + 1] !== ':') advance(more ? index : index + 1);
  else if (more) {
    vars.set('OPTARG', arg.slice(offsetNow + 1));
    advance(index + 1);
  } else if (args[index] !== undefined) {
    vars.set('OPTARG', args[index] as string);
    advance(index + 2);
  } else {
    if (spec.startsWith(':')) {
      vars.set('OPTARG', c);
      vars.set(name, ':');
    } else {
      shell.complain(`No arg for -${c} option`);
      vars.set(name, '?');
    }
    advance(index + 1);
  }
  return 0;
}
