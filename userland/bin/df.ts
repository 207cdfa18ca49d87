// SPDX-License-Identifier: BSD-2-Clause
/** df(1), du(1). */
import { humanize } from '../lib/format.ts';
import type { Program } from '../lib/program.ts';
import { isDirectory, walkTree } from '../lib/tree_walk.ts';
import type { Statvfs } from '../librump/structs.ts';

export const df: Program = (ctx) => {
  const usage = () => ctx.usage('df [-aGhiklmnPW] [-t type] [file | file_system] ...');
  const { options, rest } = ctx.getopt('aGghiklmnPt:W', usage);
  const flags = new Set(options.map((o) => o.flag));
  const types = options.filter((o) => o.flag === 't').flatMap((o) => o.value.split(','));
  let list: Statvfs[] = [];
  const all = ctx.sys.getvfsstat(flags.has('n') ? 2 : 1);
  if (rest.length === 0) list = all;
  for (const name of rest) {
    try {
      const mounted = all.find((m) => m.mntfromname === name);
      list.push(mounted ?? ctx.sys.statvfs(name));
    } catch (error) {
      ctx.warnError(name, error);
    }
  }
  if (types.length > 0) list = list.filter((s) => types.includes(s.fstypename));
  if (list.length === 0) return ctx.status;
  const human = flags.has('h');
  const unit = flags.has('k')
    ? 1024
    : flags.has('m')
      ? 1048576
      : flags.has('g')
        ? 1073741824
        : Number(/^[0-9]+/.exec(ctx.env.get('BLOCKSIZE') ?? '')?.[0]) || 512;
  const title = human
    ? 'Size'
    : `${unit === 1048576 ? '1M' : unit === 1073741824 ? '1G' : unit === 1024 ? '1K' : unit}-blocks`;
  const amount = (blocks: number, s: Statvfs) =>
    human ? humanize(Math.max(0, blocks) * s.frsize) : String(Math.round((blocks * s.frsize) / unit));
  const w = Math.max(10, ...list.map((s) => s.mntfromname.length)) + 1;
  const inodes = flags.has('i');
  const n = human ? 10 : 12;
  ctx.print(
    `${'Filesystem'.padEnd(w)}${title.padStart(n)} ${'Used'.padStart(n)} ${'Avail'.padStart(n)} %Cap${inodes ? ' iUsed     iAvail %iCap' : ''} Mounted on\n`,
  );
  for (const s of list) {
    const used = s.blocks - s.bfree;
    const total = used + s.bavail;
    const cap = total <= 0 ? '100%' : `${Math.round((used / total) * 100)}%`;
    let line = `${s.mntfromname.padEnd(w)}${amount(s.blocks, s).padStart(n)} ${amount(used, s).padStart(n)} ${amount(s.bavail, s).padStart(n)} ${cap.padStart(4)}`;
    if (inodes) {
      const iused = s.files - s.ffree;
      line += ` ${String(iused).padStart(5)} ${String(s.ffree).padStart(10)} ${`${s.files === 0 ? 100 : Math.round((iused / s.files) * 100)}%`.padStart(5)}`;
    }
    ctx.print(`${line} ${s.mntonname}\n`);
  }
  return ctx.status;
};

export const du: Program = (ctx) => {
  const usage = () => ctx.usage('du [-H | -L | -P] [-a | -d depth | -s] [-cghikmnrx] [file ...]');
  const { options, rest } = ctx.getopt('HLPacd:ghikmnrsx', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  const unit = flags.has('k')
    ? 1024
    : flags.has('m')
      ? 1048576
      : flags.has('g')
        ? 1073741824
        : Number(/^[0-9]+/.exec(ctx.env.get('BLOCKSIZE') ?? '')?.[0]) || 512;
  const depthLimit = flags.has('s') ? 0 : flags.has('d') ? Number(flags.get('d')) : Number.POSITIVE_INFINITY;
  const show = (bytes: number, path: string) =>
    ctx.print(`${flags.has('h') ? humanize(bytes) : Math.ceil(bytes / unit)}\t${path}\n`);
  const seen = new Set<string>();
  let grand = 0;
  for (const name of rest.length === 0 ? ['.'] : rest) {
    const sums: number[] = [0];
    let dev = -1;
    walkTree(
      ctx,
      name,
      {
        enter(path, st, depth) {
          if (depth === 0) dev = st.dev;
          if (flags.has('x') && st.dev !== dev) return false;
          let bytes = flags.has('i') ? 512 : st.blocks * 512;
          if (!isDirectory(st) && st.nlink > 1) {
            const key = `${st.dev}.${st.ino}`;
            if (seen.has(key)) bytes = 0;
            seen.add(key);
          }
          if (isDirectory(st)) {
            sums[depth + 1] = bytes;
            return true;
          }
          sums[depth] = (sums[depth] ?? 0) + bytes;
          if (depth === 0 || (flags.has('a') && depth <= depthLimit)) show(bytes, path);
          return false;
        },
        leave(path, st, depth) {
          if (!isDirectory(st) || (flags.has('x') && st.dev !== dev)) return;
          const sum = sums[depth + 1] ?? 0;
          sums[depth] = (sums[depth] ?? 0) + sum;
          if (depth <= depthLimit) show(sum, path);
        },
      },
      { followTop: flags.has('H'), followAll: flags.has('L') },
    );
    grand += sums[0] ?? 0;
  }
  if (flags.has('c')) show(grand, 'total');
  return ctx.status;
};
