// SPDX-License-Identifier: BSD-2-Clause
/** Text forms that several programs share. */

const USERS: Readonly<Record<number, string>> = { 0: 'root', 1: 'daemon', 2: 'operator', 32767: 'nobody' };
const GROUPS: Readonly<Record<number, string>> = {
  0: 'wheel',
  1: 'daemon',
  2: 'sys',
  3: 'tty',
  5: 'operator',
  20: 'staff',
  31: 'guest',
  39: 'nobody',
  100: 'users',
};

export function userName(uid: number): string {
  return USERS[uid] ?? String(uid);
}

export function groupName(gid: number): string {
  return GROUPS[gid] ?? String(gid);
}

function idOf(table: Readonly<Record<number, string>>, text: string): number | undefined {
  if (/^[0-9]+$/.test(text)) return Number(text);
  const found = Object.entries(table).find(([, n]) => n === text);
  return found === undefined ? undefined : Number(found[0]);
}

export function userId(text: string): number | undefined {
  return idOf(USERS, text);
}

export function groupId(text: string): number | undefined {
  return idOf(GROUPS, text);
}

const KINDS: ReadonlyMap<number, string> = new Map([
  [0o010000, 'p'],
  [0o020000, 'c'],
  [0o040000, 'd'],
  [0o060000, 'b'],
  [0o100000, '-'],
  [0o120000, 'l'],
  [0o140000, 's'],
  [0o160000, 'w'],
]);

/** strmode(3): "drwxr-xr-x". */
export function modeString(mode: number): string {
  const bit = (mask: number, c: string) => ((mode & mask) !== 0 ? c : '-');
  const exec = (x: number, special: number, both: string, only: string) =>
    (mode & special) !== 0 ? ((mode & x) !== 0 ? both : only) : bit(x, 'x');
  return (
    (KINDS.get(mode & 0o170000) ?? '?') +
    bit(0o400, 'r') +
    bit(0o200, 'w') +
    exec(0o100, 0o4000, 's', 'S') +
    bit(0o040, 'r') +
    bit(0o020, 'w') +
    exec(0o010, 0o2000, 's', 'S') +
    bit(0o004, 'r') +
    bit(0o002, 'w') +
    exec(0o001, 0o1000, 't', 'T')
  );
}

/** major and minor of a device number. */
export function deviceNumbers(dev: number): { major: number; minor: number } {
  const low = (dev % 4294967296) >>> 0;
  return { major: (low >>> 8) & 0xfff, minor: ((low >>> 12) & 0xfff00) | (low & 0xff) };
}

export function makeDevice(major: number, minor: number): number {
  return (((major << 8) & 0xfff00) | ((minor << 12) & 0xfff00000) | (minor & 0xff)) >>> 0;
}

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
export const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

export function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** humanize_number(3) as df -h and ls -h use it: three digits and a suffix. */
export function humanize(bytes: number, divisor = 1024): string {
  const suffixes = ['B', 'K', 'M', 'G', 'T', 'P', 'E'];
  let n = bytes;
  let i = 0;
  while (n >= divisor - 0.5 && i < suffixes.length - 1) {
    n /= divisor;
    i++;
  }
  return (i > 0 && n < 9.95 ? n.toFixed(1) : String(Math.round(n))) + suffixes[i];
}

/** Number with the suffixes of strsuftoll(3): b 512, k, m, g, w. Undefined when malformed. */
export function sizeNumber(text: string): number | undefined {
  let product = 1;
  for (const factor of text.split('x')) {
    const m = /^([0-9]+|0x[0-9a-fA-F]+)([bkmgtwBKMGTW]?)$/.exec(factor);
    if (!m) return undefined;
    const unit = { '': 1, b: 512, k: 1024, m: 1048576, g: 1073741824, t: 1099511627776, w: 4 }[
      (m[2] as string).toLowerCase()
    ] as number;
    product *= Number(m[1]) * unit;
  }
  return product;
}

/** Names with control characters made visible as `?`, as ls does on a terminal. */
export function printable(name: string): string {
  return name.replace(/[\x00-\x1f\x7f\udc80-\udcff]/g, '?');
}

/** strftime(3) in UTC. */
export function strftime(format: string, seconds: number): string {
  const d = new Date(seconds * 1000);
  const dayOfYear =
    Math.floor(
      (Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()) - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86400000,
    ) + 1;
  const hour12 = d.getUTCHours() % 12 || 12;
  const one = (c: string): string => {
    switch (c) {
      case 'a':
        return DAYS[d.getUTCDay()] as string;
      case 'A':
        return ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][d.getUTCDay()] as string;
      case 'b':
      case 'h':
        return MONTHS[d.getUTCMonth()] as string;
      case 'B':
        return [
          'January',
          'February',
          'March',
          'April',
          'May',
          'June',
          'July',
          'August',
          'September',
          'October',
          'November',
          'December',
        ][d.getUTCMonth()] as string;
      case 'c':
        return strftime('%a %b %e %H:%M:%S %Y', seconds);
      case 'C':
        return two(Math.floor(d.getUTCFullYear() / 100));
      case 'd':
        return two(d.getUTCDate());
      case 'D':
        return strftime('%m/%d/%y', seconds);
      case 'e':
        return String(d.getUTCDate()).padStart(2);
      case 'F':
        return strftime('%Y-%m-%d', seconds);
      case 'H':
        return two(d.getUTCHours());
      case 'I':
        return two(hour12);
      case 'j':
        return String(dayOfYear).padStart(3, '0');
      case 'k':
        return String(d.getUTCHours()).padStart(2);
      case 'l':
        return String(hour12).padStart(2);
      case 'm':
        return two(d.getUTCMonth() + 1);
      case 'M':
        return two(d.getUTCMinutes());
      case 'n':
        return '\n';
      case 'p':
        return d.getUTCHours() < 12 ? 'AM' : 'PM';
      case 'r':
        return strftime('%I:%M:%S %p', seconds);
      case 'R':
        return strftime('%H:%M', seconds);
      case 's':
        return String(Math.floor(seconds));
      case 'S':
        return two(d.getUTCSeconds());
      case 't':
        return '\t';
      case 'T':
        return strftime('%H:%M:%S', seconds);
      case 'u':
        return String(d.getUTCDay() || 7);
      case 'w':
        return String(d.getUTCDay());
      case 'x':
        return strftime('%m/%d/%y', seconds);
      case 'X':
        return strftime('%H:%M:%S', seconds);
      case 'y':
        return two(d.getUTCFullYear() % 100);
      case 'Y':
        return String(d.getUTCFullYear());
      case 'z':
        return '+0000';
      case 'Z':
        return 'UTC';
      case '%':
        return '%';
      default:
        return `%${c}`;
    }
  };
  return format.replace(/%([\s\S])/g, (_, c: string) => one(c));
}
