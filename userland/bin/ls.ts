// SPDX-License-Identifier: BSD-2-Clause
import { textWidth } from '../lib/char_width.ts';
import { flagNames } from '../lib/file_flags.ts';
import { deviceNumbers, groupName, humanize, MONTHS, modeString, printable, two, userName } from '../lib/format.ts';
import { join } from '../lib/paths.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { isCycle, isDirectory, isLink } from '../lib/tree_walk.ts';
import type { Stat, Timespec } from '../librump/structs.ts';

interface Entry {
  readonly name: string;
  readonly path: string;
  /** Undefined when neither the layout nor the order needs it. */
  st: Stat | undefined;
  /** d_type of getdents. */
  readonly type: number;
}

const SIX_MONTHS = (365 / 2) * 86400;

/** ls(1). */
export const ls: Program = (ctx) => {
  const usage = () => ctx.usage('ls [-1AaCcdFfhiklmnoRrSsTtux] [file ...]');
  const { options, rest } = ctx.getopt('1AaCcdFfhiklmnopqRrSsTtuUxgLH', usage);
  return new Listing(
    ctx,
    new Set(options.map((o) => o.flag)),
    options.map((o) => o.flag),
  ).run(rest);
};

class Listing {
  private readonly long: boolean;
  private readonly columns: number;
  private readonly width: number;
  private readonly blockSize: number;
  private readonly nowSec: number;
  private readonly needStat: boolean;
  private readonly quote: (name: string) => string;
  private first = true;

  constructor(
    private readonly ctx: ProgramContext,
    private readonly flags: ReadonlySet<string>,
    order: readonly string[],
  ) {
    const last = order.findLast((f) => '1Clmxngo'.includes(f));
    this.long = last === 'l' || last === 'n' || last === 'o' || last === 'g';
    const tty = ctx.out.isTty;
    this.width = this.terminalWidth(tty);
    this.columns = last === 'C' || last === 'x' || (last === undefined && tty) ? 1 : last === 'm' ? 2 : 0;
    this.blockSize = flags.has('k') ? 1024 : Number(/^([0-9]+)/.exec(ctx.env.get('BLOCKSIZE') ?? '')?.[1]) || 512;
    this.nowSec = this.long ? ctx.sys.clockGettime(0).sec : 0;
    this.needStat = this.long || 'FiSstcupR'.split('').some((f) => flags.has(f) && f !== 'R');
    this.quote = tty || flags.has('q') ? printable : (n) => n;
  }

  private terminalWidth(tty: boolean): number {
    const env = Number(this.ctx.env.get('COLUMNS'));
    if (env > 0) return env;
    if (!tty) return 80;
    try {
      return this.ctx.sys.winsize(1).cols || 80;
    } catch {
      return 80;
    }
  }

  run(names: readonly string[]): number {
    const files: Entry[] = [];
    const dirs: Entry[] = [];
    for (const name of names.length === 0 ? ['.'] : names) {
      try {
        const follow = !this.long && !this.flags.has('F') ? true : this.flags.has('L') || this.flags.has('H');
        const st = this.statTop(name, follow);
        (isDirectory(st) && !this.flags.has('d') ? dirs : files).push({ name, path: name, st, type: 0 });
      } catch (error) {
        this.ctx.warnError(name, error);
      }
    }
    if (files.length > 0) {
      this.sort(files);
      this.show(files, false);
      this.first = false;
    }
    this.sort(dirs);
    const title = files.length + dirs.length > 1 || (this.flags.has('R') && names.length > 1);
    for (const d of dirs) this.directory(d.path, title);
    return this.ctx.status;
  }

  private statTop(name: string, follow: boolean): Stat {
    const { sys } = this.ctx;
    if (!follow) {
      const st = sys.lstat(name);
      // Without -l a link named on the command line shows what it points to.
      return st;
    }
    try {
      return sys.stat(name);
    } catch {
      return sys.lstat(name);
    }
  }

  private directory(path: string, title: boolean, above: readonly Stat[] = []): void {
    const { ctx, flags } = this;
    let list: Entry[];
    try {
      list = ctx.sys
        .readdir(path)
        .map((e) => ({ name: e.name, path: join(path, e.name), st: undefined, type: e.type }));
    } catch (error) {
      ctx.warnError(path, error);
      return;
    }
    if (title) ctx.print(`${this.first ? '' : '\n'}${this.quote(path)}:\n`);
    this.first = false;
    const all = flags.has('a') || flags.has('f');
    list = list.filter((e) => all || !e.name.startsWith('.') || (flags.has('A') && e.name !== '.' && e.name !== '..'));
    if (this.needStat)
      list = list.filter((e) => {
        try {
          e.st = flags.has('L') ? ctx.sys.stat(e.path) : ctx.sys.lstat(e.path);
          return true;
        } catch (error) {
          ctx.warnError(e.name, error);
          return false;
        }
      });
    this.sort(list);
    this.show(list, true);
    if (!flags.has('R') || flags.has('d')) return;
    const here = [...above, ctx.sys.stat(path)];
    for (const e of list) {
      if (e.name === '.' || e.name === '..' || !this.isDir(e)) continue;
      if (isCycle(ctx.sys.lstat(e.path), here)) ctx.warn(`${e.path}: directory causes a cycle`);
      else this.directory(e.path, true, here);
    }
  }

  private isDir(e: Entry): boolean {
    if (e.st) return isDirectory(e.st);
    if (e.type !== 0) return e.type === 4;
    try {
      return isDirectory(this.ctx.sys.lstat(e.path));
    } catch {
      return false;
    }
  }

  private time(st: Stat): Timespec {
    return this.flags.has('u')
      ? st.atime
      : this.flags.has('c')
        ? st.ctime
        : this.flags.has('U')
          ? st.birthtime
          : st.mtime;
  }

  private sort(list: Entry[]): void {
    const { flags } = this;
    if (flags.has('f')) return;
    const byName = (a: Entry, b: Entry) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
    list.sort((a, b) => {
      if (flags.has('S') && a.st && b.st && a.st.size !== b.st.size) return b.st.size - a.st.size;
      if (flags.has('t') && a.st && b.st) {
        const x = this.time(a.st);
        const y = this.time(b.st);
        if (x.sec !== y.sec) return y.sec - x.sec;
        if (x.nsec !== y.nsec) return y.nsec - x.nsec;
      }
      return byName(a, b);
    });
    if (flags.has('r')) list.reverse();
  }

  private blocks(st: Stat): number {
    return Math.ceil((st.blocks * 512) / this.blockSize);
  }

  private show(list: readonly Entry[], total: boolean): void {
    const { ctx, flags } = this;
    if (total && (this.long || flags.has('s'))) {
      const sum = list.reduce((n, e) => n + (e.st?.blocks ?? 0) * 512, 0);
      ctx.print(`total ${flags.has('h') ? humanize(sum) : Math.ceil(sum / this.blockSize)}\n`);
    }
    if (this.long) this.showLong(list);
    else if (this.columns === 1) this.showColumns(list);
    else if (this.columns === 2) this.showStream(list);
    else for (const e of list) ctx.print(`${this.cell(e, list)}\n`);
  }

  private prefix(e: Entry, list: readonly Entry[]): string {
    let out = '';
    if (this.flags.has('i'))
      out += `${String(e.st?.ino ?? 0).padStart(Math.max(...list.map((x) => String(x.st?.ino ?? 0).length)))} `;
    if (this.flags.has('s')) {
      const text = (x: Entry) =>
        x.st === undefined ? '0' : this.flags.has('h') ? humanize(x.st.blocks * 512) : String(this.blocks(x.st));
      out += `${text(e).padStart(Math.max(...list.map((x) => text(x).length)))} `;
    }
    return out;
  }

  private suffix(e: Entry): string {
    if (!e.st || !(this.flags.has('F') || this.flags.has('p'))) return '';
    if (isDirectory(e.st)) return '/';
    if (!this.flags.has('F')) return '';
    switch (e.st.mode & 0o170000) {
      case 0o120000:
        return '@';
      case 0o140000:
        return '=';
      case 0o010000:
        return '|';
      case 0o160000:
        return '%';
      default:
        return (e.st.mode & 0o111) !== 0 && (e.st.mode & 0o170000) === 0o100000 ? '*' : '';
    }
  }

  private cell(e: Entry, list: readonly Entry[]): string {
    return this.prefix(e, list) + this.quote(e.name) + this.suffix(e);
  }

  private showColumns(list: readonly Entry[]): void {
    const cells = list.map((e) => this.cell(e, list));
    if (cells.length === 0) return;
    // Column stops at multiples of 8, like ls has always set them.
    const width = (Math.max(...cells.map(textWidth)) + 8) & ~7;
    const count = Math.max(1, Math.floor(this.width / width));
    const rows = Math.ceil(cells.length / count);
    const across = this.flags.has('x');
    for (let r = 0; r < rows; r++) {
      let line = '';
      for (let c = 0; c < count; c++) {
        const cell = cells[across ? r * count + c : c * rows + r];
        if (cell === undefined) break;
        const next = cells[across ? r * count + c + 1 : (c + 1) * rows + r];
        line += c === count - 1 || next === undefined ? cell : cell + ' '.repeat(width - textWidth(cell));
      }
      this.ctx.print(`${line}\n`);
    }
  }

  private showStream(list: readonly Entry[]): void {
    let column = 0;
    let out = '';
    list.forEach((e, i) => {
      const cell = this.cell(e, list) + (i < list.length - 1 ? ',' : '');
      const w = textWidth(cell) + 1;
      if (column > 0 && column + w > this.width) {
        out += '\n';
        column = 0;
      } else if (column > 0) out += ' ';
      out += cell;
      column += w;
    });
    if (out !== '') this.ctx.print(`${out}\n`);
  }

  private showLong(list: readonly Entry[]): void {
    const { flags, ctx } = this;
    const numeric = flags.has('n');
    const user = (st: Stat) => (numeric ? String(st.uid) : userName(st.uid));
    const group = (st: Stat) => (numeric ? String(st.gid) : groupName(st.gid));
    const isDev = (st: Stat) => (st.mode & 0o170000) === 0o020000 || (st.mode & 0o170000) === 0o060000;
    const size = (st: Stat) => {
      if (!isDev(st)) return flags.has('h') ? humanize(st.size) : String(st.size);
      const d = deviceNumbers(st.rdev);
      return `${String(d.major).padStart(3)}, ${String(d.minor).padStart(3)}`;
    };
    const stats = list.flatMap((e) => (e.st ? [e.st] : []));
    const widest = (f: (st: Stat) => string) => Math.max(0, ...stats.map((s) => f(s).length));
    const wLink = widest((s) => String(s.nlink));
    const wUser = widest(user);
    const wGroup = widest(group);
    const wSize = widest(size);
    const wFlags = flags.has('o') ? widest((st) => flagNames(st.flags)) : 0;
    for (const e of list) {
      if (!e.st) continue;
      const st = e.st;
      let line = `${this.prefix(e, list)}${modeString(st.mode)}  ${String(st.nlink).padStart(wLink)} `;
      if (!flags.has('g')) line += `${user(st).padEnd(wUser)}  `;
      line += `${group(st).padEnd(wGroup)}  `;
      if (flags.has('o')) line += `${flagNames(st.flags).padEnd(wFlags)} `;
      line += `${size(st).padStart(wSize)} ${this.timeText(this.time(st))} ${this.quote(e.name)}${this.suffix(e)}`;
      if (isLink(st)) line += ` -> ${this.target(e.path)}`;
      ctx.print(`${line}\n`);
    }
  }

  private target(path: string): string {
    try {
      return this.quote(this.ctx.sys.readlink(path));
    } catch (error) {
      return error instanceof Error ? `(${error.message})` : '';
    }
  }

  private timeText(t: Timespec): string {
    const d = new Date(t.sec * 1000);
    const day = `${MONTHS[d.getUTCMonth()]} ${String(d.getUTCDate()).padStart(2)}`;
    const clock = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
    if (this.flags.has('T')) return `${day} ${clock}:${two(d.getUTCSeconds())} ${d.getUTCFullYear()}`;
    return t.sec + SIX_MONTHS > this.nowSec && t.sec < this.nowSec + SIX_MONTHS
      ? `${day} ${clock}`
      : `${day}  ${d.getUTCFullYear()}`;
  }
}
