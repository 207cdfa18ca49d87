// SPDX-License-Identifier: BSD-2-Clause
/** Programs of a few lines each. */
import { spawnChild, waitChild } from '../lib/child.ts';
import { groupName, strftime, userName } from '../lib/format.ts';
import { baseName, dirName } from '../lib/paths.ts';
import type { Program } from '../lib/program.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { SIGNAMES, signalNumber } from '../librump/signal_names.ts';

export const echo: Program = (ctx) => {
  const bare = ctx.argv[1] === '-n';
  ctx.print(ctx.argv.slice(bare ? 2 : 1).join(' ') + (bare ? '' : '\n'));
  return 0;
};

export const trueProgram: Program = () => 0;
export const falseProgram: Program = () => 1;

export const basename: Program = (ctx) => {
  const [path, suffix] = ctx.argv.slice(1);
  if (path === undefined) ctx.usage('basename string [suffix]');
  const base = path === '' ? '' : baseName(path as string);
  ctx.print(
    `${suffix !== undefined && base !== suffix && base.endsWith(suffix) ? base.slice(0, base.length - suffix.length) : base}\n`,
  );
  return 0;
};

export const dirname: Program = (ctx) => {
  const path = ctx.argv[1];
  if (path === undefined || ctx.argv.length !== 2) ctx.usage('dirname path');
  ctx.print(`${dirName(path as string)}\n`);
  return 0;
};

export const yes: Program = (ctx) => {
  const line = `${ctx.argv.length > 1 ? ctx.argv.slice(1).join(' ') : 'y'}\n`;
  const block = line.repeat(Math.max(1, Math.floor(8192 / line.length)));
  for (;;) {
    ctx.print(block);
    ctx.out.flush();
  }
};

export const seq: Program = (ctx) => {
  const usage = () => ctx.usage('seq [-w] [-f format] [-s string] [-t string] [first [incr]] last');
  const args = ctx.argv.slice(1);
  let separator = '\n';
  let end = '';
  let pad = false;
  while (/^-[wst]/.test(args[0] ?? '')) {
    const a = args.shift() as string;
    if (a === '-w') pad = true;
    else if (a === '-s') separator = args.shift() ?? usage();
    else if (a === '-t') end = args.shift() ?? usage();
    else usage();
  }
  if (args[0] === '--') args.shift();
  const numbers = args.map(Number);
  if (args.length < 1 || args.length > 3 || numbers.some(Number.isNaN)) usage();
  const last = numbers[numbers.length - 1] as number;
  const first = numbers.length > 1 ? (numbers[0] as number) : 1;
  const step = numbers.length > 2 ? (numbers[1] as number) : first <= last ? 1 : -1;
  if (step === 0) ctx.fail('zero increment');
  const digits = Math.max(...args.map((a) => (/\.([0-9]+)/.exec(a)?.[1] ?? '').length));
  const width = pad ? Math.max(first.toFixed(digits).length, last.toFixed(digits).length) : 0;
  const count = Math.floor((last - first) / step + 1e-9);
  for (let i = 0; i <= count; i++)
    ctx.print((first + i * step).toFixed(digits).padStart(width, '0') + (i < count ? separator : ''));
  ctx.print(`${end}\n`);
  return 0;
};

export const pwd: Program = (ctx) => {
  try {
    ctx.print(`${ctx.sys.getcwd()}\n`);
    return 0;
  } catch (error) {
    return ctx.failError('', error);
  }
};

export const sleep: Program = (ctx) => {
  const text = ctx.argv[1] ?? '';
  if (ctx.argv.length !== 2 || !/^[0-9]*\.?[0-9]+$/.test(text)) ctx.usage('sleep seconds');
  const seconds = Number(text);
  ctx.sys.nanosleep({ sec: Math.floor(seconds), nsec: Math.round((seconds % 1) * 1e9) });
  return 0;
};

export const sync: Program = (ctx) => {
  ctx.sys.sync();
  return 0;
};

export const hostname: Program = (ctx) => {
  const { rest } = ctx.getopt('s', () => ctx.usage('hostname [-s] [name-of-host]'));
  const mib = [1, 10];
  try {
    if (rest[0] !== undefined) {
      ctx.sys.sysctl(mib, new TextEncoder().encode(`${rest[0]}`), 0);
      return 0;
    }
    const name = new TextDecoder().decode(ctx.sys.sysctl(mib)).replace(/\0.*$/s, '');
    ctx.print(`${ctx.argv.includes('-s') ? name.replace(/\..*/, '') : name}\n`);
    return 0;
  } catch (error) {
    return ctx.failError(rest[0] === undefined ? 'gethostname' : 'sethostname', error);
  }
};

export const uname: Program = (ctx) => {
  const { options } = ctx.getopt('amnprsv', () => ctx.usage('uname [-amnprsv]'));
  let wanted = options.map((o) => o.flag).join('');
  if (wanted.includes('a')) wanted = 'snrvm';
  if (wanted === '') wanted = 's';
  const text = (mib: number[]) =>
    new TextDecoder().decode(ctx.sys.sysctl(mib)).replace(/\0.*$/s, '').trim().replace(/\s+/g, ' ');
  const mibs: Readonly<Record<string, number[]>> = {
    s: [1, 1],
    n: [1, 10],
    r: [1, 2],
    v: [1, 4],
    m: [6, 1],
    p: [6, 10],
  };
  const order = 'snrvmp'.split('').filter((c) => wanted.includes(c));
  try {
    ctx.print(`${order.map((c) => text(mibs[c] as number[])).join(' ')}\n`);
  } catch (error) {
    ctx.failError('uname', error);
  }
  return 0;
};

export const date: Program = (ctx) => {
  const usage = () => ctx.usage('date [-u] [-r seconds] [+format]', 'date [[[[[CC]yy]mm]dd]HH]MM[.SS]');
  const { options, rest } = ctx.getopt('ur:j', usage);
  const given = options.findLast((o) => o.flag === 'r')?.value;
  const now = given === undefined ? ctx.sys.clockGettime(0).sec : Number(given);
  if (Number.isNaN(now)) usage();
  const operand = rest[0];
  if (operand !== undefined && !operand.startsWith('+')) {
    const m = /^(?:(?:(?:(?:(\d\d)?(\d\d))?(\d\d))?(\d\d))?(\d\d))?(\d\d)(?:\.(\d\d))?$/.exec(operand);
    if (!m) ctx.fail('illegal time format');
    const d = new Date(now * 1000);
    const year =
      m?.[2] === undefined ? d.getUTCFullYear() : Number(m[1] ?? (Number(m[2]) < 69 ? 20 : 19)) * 100 + Number(m[2]);
    const pick = (i: number, otherwise: number) => (m?.[i] === undefined ? otherwise : Number(m[i]));
    const sec =
      Date.UTC(
        year,
        pick(3, d.getUTCMonth() + 1) - 1,
        pick(4, d.getUTCDate()),
        pick(5, d.getUTCHours()),
        pick(6, 0),
        pick(7, 0),
      ) / 1000;
    try {
      ctx.sys.clockSettime(0, { sec, nsec: 0 });
    } catch (error) {
      ctx.failError('clock_settime', error);
    }
    ctx.print(`${strftime('%a %b %e %H:%M:%S %Z %Y', sec)}\n`);
    return 0;
  }
  ctx.print(`${strftime(operand?.slice(1) ?? '%a %b %e %H:%M:%S %Z %Y', now)}\n`);
  return 0;
};

export const id: Program = (ctx) => {
  const { options } = ctx.getopt('gGnpru', () => ctx.usage('id [-Ggnru]'));
  const flags = new Set(options.map((o) => o.flag));
  const { sys } = ctx;
  const real = flags.has('r');
  const uid = real ? sys.getuid() : sys.geteuid();
  const gid = real ? sys.getgid() : sys.getegid();
  if (flags.has('u')) ctx.print(`${flags.has('n') ? userName(uid) : uid}\n`);
  else if (flags.has('g')) ctx.print(`${flags.has('n') ? groupName(gid) : gid}\n`);
  else {
    const groups = [...new Set([sys.getegid(), ...sys.getgroups()])];
    if (flags.has('G')) ctx.print(`${groups.map((g) => (flags.has('n') ? groupName(g) : String(g))).join(' ')}\n`);
    else {
      const named = (n: number, f: (x: number) => string) => (f(n) === String(n) ? String(n) : `${n}(${f(n)})`);
      ctx.print(
        `uid=${named(sys.getuid(), userName)} gid=${named(sys.getgid(), groupName)} groups=${groups.map((g) => named(g, groupName)).join(',')}\n`,
      );
    }
  }
  return 0;
};

export const whoami: Program = (ctx) => {
  ctx.print(`${userName(ctx.sys.geteuid())}\n`);
  return 0;
};

export const tty: Program = (ctx) => {
  const silent = ctx.argv[1] === '-s';
  if (!ctx.sys.isatty(0)) {
    if (!silent) ctx.print('not a tty\n');
    return 1;
  }
  if (silent) return 0;
  const st = ctx.sys.fstat(0);
  for (const e of ctx.sys.readdir('/dev')) {
    try {
      const other = ctx.sys.stat(`/dev/${e.name}`);
      if (other.rdev === st.rdev && (other.mode & 0o170000) === 0o020000) {
        ctx.print(`/dev/${e.name}\n`);
        return 0;
      }
    } catch {
      // A name that vanished meanwhile.
    }
  }
  ctx.print('/dev/tty\n');
  return 0;
};

export const kill: Program = (ctx) => {
  let i = 1;
  let signal = 15;
  const usage = () =>
    ctx.usage(
      'kill [-s signal_name] pid ...',
      'kill -l [exit_status]',
      'kill -signal_name pid ...',
      'kill -signal_number pid ...',
    );
  const arg = ctx.argv[1] ?? usage();
  if (arg === '-l') {
    const n = Number(ctx.argv[2]);
    ctx.print(
      ctx.argv[2] === undefined ? `${SIGNAMES.slice(1).join(' ')}\n` : `${SIGNAMES[n > 128 ? n - 128 : n] ?? n}\n`,
    );
    return 0;
  }
  const named = arg === '-s' ? ctx.argv[2] : /^-./.test(arg) && arg !== '--' ? arg.slice(1) : undefined;
  if (named !== undefined) {
    const n = signalNumber(named);
    if (n === undefined) ctx.fail(`unknown signal ${named}; valid signals: ${SIGNAMES.slice(1).join(' ')}`);
    signal = n as number;
    i = arg === '-s' ? 3 : 2;
  }
  if (ctx.argv[i] === '--') i++;
  if (i >= ctx.argv.length) usage();
  for (const text of ctx.argv.slice(i)) {
    if (!/^-?[0-9]+$/.test(text)) {
      ctx.warn(`illegal process id: ${text}`);
      continue;
    }
    try {
      ctx.sys.kill(Number(text), signal);
    } catch (error) {
      ctx.warnError(text, error);
    }
  }
  return ctx.status;
};

/** env(1) and printenv(1). */
export const env: Program = (ctx) => {
  const { options, rest } = ctx.getopt('iu:', () => ctx.usage('env [-i] [-u name] [name=value ...] [command]'));
  const map = new Map(options.some((o) => o.flag === 'i') ? [] : ctx.env);
  for (const o of options) if (o.flag === 'u') map.delete(o.value);
  let i = 0;
  for (; /^[^=]+=/.test(rest[i] ?? ''); i++) {
    const arg = rest[i] as string;
    map.set(arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1));
  }
  if (i >= rest.length) {
    for (const [n, v] of map) ctx.print(`${n}=${v}\n`);
    return 0;
  }
  ctx.env.clear();
  for (const [n, v] of map) ctx.env.set(n, v);
  return waitChild(ctx, spawnChild(ctx, rest.slice(i)));
};

export const printenv: Program = (ctx) => {
  const name = ctx.argv[1];
  if (name === undefined) for (const [n, v] of ctx.env) ctx.print(`${n}=${v}\n`);
  else {
    const value = ctx.env.get(name);
    if (value === undefined) return 1;
    ctx.print(`${value}\n`);
  }
  return 0;
};

export const chroot: Program = (ctx) => {
  const { rest } = ctx.getopt('', () => ctx.usage('chroot newroot [command]'));
  const [root, ...command] = rest;
  if (root === undefined) ctx.usage('chroot newroot [command]');
  try {
    ctx.sys.chroot(root as string);
    ctx.sys.chdir('/');
  } catch (error) {
    ctx.failError(root as string, error);
  }
  return waitChild(ctx, spawnChild(ctx, command.length > 0 ? command : ['sh', '-i']));
};

export const clear: Program = (ctx) => {
  ctx.print('\x1b[H\x1b[2J\x1b[3J');
  return 0;
};

/** reboot(8), halt(8), poweroff(8). */
export const reboot: Program = (ctx) => {
  const { options } = ctx.getopt('dlnpq', () => ctx.usage(`${ctx.name} [-dlnpq]`));
  const RB_NOSYNC = 4;
  const RB_HALT = 8;
  const RB_POWERDOWN = 0x808;
  let howto = ctx.name === 'halt' ? RB_HALT : ctx.name === 'poweroff' ? RB_POWERDOWN : 0;
  if (options.some((o) => o.flag === 'p')) howto = RB_POWERDOWN;
  if (options.some((o) => o.flag === 'n')) howto |= RB_NOSYNC;
  else ctx.sys.sync();
  ctx.out.flush();
  try {
    ctx.sys.reboot(howto);
  } catch (error) {
    ctx.failError('reboot', error);
  }
  return 0;
};

/** getty: make a terminal the controlling one of a new session and run a login shell on it. */
export const getty: Program = (ctx) => {
  const device = ctx.argv[1] ?? '/dev/console';
  try {
    ctx.sys.setsid();
    const fd = ctx.sys.open(device, 2);
    for (const to of [0, 1, 2]) if (fd !== to) ctx.sys.dup2(fd, to);
    if (fd > 2) ctx.sys.close(fd);
    ctx.sys.ioctl(0, 0x20007461);
  } catch (error) {
    ctx.failError(device, error);
  }
  throw new ProgramEnd(waitChild(ctx, spawnChild(ctx, ['sh', '-i', '-l'])));
};
