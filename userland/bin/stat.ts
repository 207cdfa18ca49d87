// SPDX-License-Identifier: BSD-2-Clause
import { flagNames } from '../lib/file_flags.ts';
import { deviceNumbers, groupName, modeString, strftime, userName } from '../lib/format.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import type { Stat, Timespec } from '../librump/structs.ts';

const DEFAULT = '%d %i %Sp %l %Su %Sg %r %z "%Sa" "%Sm" "%Sc" "%SB" %k %b %#Xf %N';
const LS = '%Sp %l %Su %Sg %z %Sm %N%SY';
const SHELL =
  'st_dev=%d st_ino=%i st_mode=%#p st_nlink=%l st_uid=%u st_gid=%g st_rdev=%r st_size=%z st_atime=%a st_mtime=%m st_ctime=%c st_birthtime=%B st_blksize=%k st_blocks=%b st_flags=%f';
const VERBOSE =
  '  File: "%N"%n  Size: %-11z  FileType: %HT%n  Mode: (%04OLp/%.10Sp)         Uid: (%5u/%8Su)  Gid: (%5g/%8Sg)%nDevice: %Hd,%Ld   Inode: %i    Links: %l%nAccess: %Sa%nModify: %Sm%nChange: %Sc';

/** stat(1). */
export const stat: Program = (ctx) => {
  const usage = () => ctx.usage('stat [-FLnq] [-f format | -l | -r | -s | -x] [-t timefmt] [file ...]');
  const { options, rest } = ctx.getopt('f:FlLnqrst:x', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  const format =
    flags.get('f') ??
    (flags.has('l')
      ? LS
      : flags.has('s')
        ? SHELL
        : flags.has('x')
          ? VERBOSE
          : flags.has('r')
            ? DEFAULT.replace(/%S/g, '%')
            : DEFAULT);
  const timeFormat = flags.get('t') ?? (flags.has('x') ? '%a %b %e %H:%M:%S %Y' : '%b %e %H:%M:%S %Y');
  const end = flags.has('n') ? '' : '\n';
  const names = rest.length === 0 ? ['(stdin)'] : rest;
  for (const name of names) {
    try {
      const st = rest.length === 0 ? ctx.sys.fstat(0) : flags.has('L') ? ctx.sys.stat(name) : ctx.sys.lstat(name);
      ctx.print(render(ctx, format, timeFormat, name, st) + end);
    } catch (error) {
      if (flags.has('q')) ctx.status = 1;
      else ctx.warnError(`${name}: ${flags.has('L') ? 'stat' : 'lstat'}`, error);
    }
  }
  return ctx.status;
};

const FIELD = /%([#+\-0 ]*)([0-9]*)(?:\.([0-9]*))?([DOUXFS]?)([HML]?)([NTYZacmBbdfgikloprsuvz@%nt])/g;

function render(ctx: ProgramContext, format: string, timeFormat: string, name: string, st: Stat): string {
  return format.replace(
    FIELD,
    (_, flags: string, width: string, precision: string | undefined, form: string, part: string, what: string) => {
      if (what === '%' || what === 'n' || what === 't') return what === 'n' ? '\n' : what === 't' ? '\t' : '%';
      let text = field(ctx, what, form, part, name, st, timeFormat, flags);
      if (precision !== undefined && precision !== '' && form === 'S') text = text.slice(0, Number(precision));
      const pad = flags.includes('0') && form !== 'S' ? '0' : ' ';
      return flags.includes('-') ? text.padEnd(Number(width)) : text.padStart(Number(width), pad);
    },
  );
}

function numeric(value: number, form: string, flags: string, otherwise = 'D'): string {
  const f = form === '' ? otherwise : form;
  if (f === 'O') return (flags.includes('#') && value !== 0 ? '0' : '') + value.toString(8);
  if (f === 'X') return (flags.includes('#') ? '0x' : '') + value.toString(16);
  return String(value);
}

function field(
  ctx: ProgramContext,
  what: string,
  form: string,
  part: string,
  name: string,
  st: Stat,
  timeFormat: string,
  flags: string,
): string {
  const time = (t: Timespec) =>
    form === 'S'
      ? strftime(timeFormat, t.sec)
      : form === 'F'
        ? `${t.sec}.${String(t.nsec).padStart(9, '0')}`
        : numeric(t.sec, form, flags);
  const device = (dev: number) => {
    const d = deviceNumbers(dev);
    return part === 'H'
      ? String(d.major)
      : part === 'L'
        ? String(d.minor)
        : form === 'S'
          ? '???'
          : numeric(dev, form, flags);
  };
  switch (what) {
    case 'N':
      return name;
    case 'd':
      return device(st.dev);
    case 'r':
      return device(st.rdev);
    case 'i':
      return numeric(st.ino, form, flags);
    case 'l':
      return numeric(st.nlink, form, flags);
    case 'u':
      return form === 'S' ? userName(st.uid) : numeric(st.uid, form, flags);
    case 'g':
      return form === 'S' ? groupName(st.gid) : numeric(st.gid, form, flags);
    case 'z':
      return numeric(st.size, form, flags);
    case 'b':
      return numeric(st.blocks, form, flags);
    case 'k':
      return numeric(st.blksize, form, flags);
    case 'f':
      return form === 'S' ? flagNames(st.flags) : numeric(st.flags, form, flags, 'X');
    case 'v':
      return numeric(st.gen, form, flags);
    case 'a':
      return time(st.atime);
    case 'm':
      return time(st.mtime);
    case 'c':
      return time(st.ctime);
    case 'B':
      return time(st.birthtime);
    case 'T':
      return fileType(st, part === 'H');
    case 'Y':
      return (st.mode & 0o170000) === 0o120000 ? `${form === 'S' ? ' -> ' : ''}${ctx.sys.readlink(name)}` : '';
    case 'p': {
      if (form === 'S') {
        const text = modeString(st.mode);
        return part === 'H'
          ? text.slice(1, 4)
          : part === 'M'
            ? text.slice(4, 7)
            : part === 'L'
              ? text.slice(7, 10)
              : text;
      }
      const value =
        part === 'H' ? st.mode >> 12 : part === 'M' ? (st.mode >> 9) & 7 : part === 'L' ? st.mode & 0o777 : st.mode;
      return numeric(value, form, flags, 'O');
    }
    default:
      return '';
  }
}

function fileType(st: Stat, long: boolean): string {
  switch (st.mode & 0o170000) {
    case 0o040000:
      return long ? 'Directory' : '/';
    case 0o120000:
      return long ? 'Symbolic Link' : '@';
    case 0o010000:
      return long ? 'Fifo File' : '|';
    case 0o020000:
      return long ? 'Character Device' : '';
    case 0o060000:
      return long ? 'Block Device' : '';
    case 0o140000:
      return long ? 'Socket' : '=';
    default:
      return long ? 'Regular File' : (st.mode & 0o111) !== 0 ? '*' : '';
  }
}
