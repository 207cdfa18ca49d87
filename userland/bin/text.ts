// SPDX-License-Identifier: BSD-2-Clause
/** wc(1), uniq(1), cut(1), tr(1), tee(1). */
import { decode } from '../lib/bytes.ts';
import type { Program } from '../lib/program.ts';
import { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from '../librump/constants.gen.ts';
import { SyscallError } from '../librump/syscall_error.ts';

export const wc: Program = (ctx) => {
  const usage = () => ctx.usage('wc [-c | -m] [-Llw] [file ...]');
  const { options, rest } = ctx.getopt('cLlmw', usage);
  const asked = new Set(options.map((o) => o.flag));
  if (asked.size === 0) for (const f of 'lwc') asked.add(f);
  const total = { l: 0, w: 0, c: 0, L: 0 };
  const line = (n: { l: number; w: number; c: number; L: number }, name: string) => {
    let text = '';
    for (const f of ['l', 'w', 'c', 'L'] as const)
      if (asked.has(f) || (f === 'c' && asked.has('m'))) text += ` ${String(n[f]).padStart(7)}`;
    ctx.print(`${text}${name === '-' ? '' : ` ${name}`}\n`);
  };
  let files = 0;
  ctx.eachInput(rest, (input, name) => {
    const n = { l: 0, w: 0, c: 0, L: 0 };
    let inWord = false;
    let width = 0;
    for (let chunk = input.nextChunk(); chunk !== undefined; chunk = input.nextChunk()) {
      if (!asked.has('m')) n.c += chunk.length;
      for (const b of chunk) {
        if (asked.has('m') && (b & 0xc0) !== 0x80) n.c++;
        if (b === 10) {
          n.l++;
          n.L = Math.max(n.L, width);
          width = 0;
        } else width++;
        const space = b === 32 || (b >= 9 && b <= 13);
        if (!space && !inWord) n.w++;
        inWord = !space;
      }
    }
    n.L = Math.max(n.L, width);
    line(n, rest.length === 0 ? '-' : name);
    files++;
    total.l += n.l;
    total.w += n.w;
    total.c += n.c;
    total.L = Math.max(total.L, n.L);
  });
  if (files > 1) line(total, 'total');
  return ctx.status;
};

export const uniq: Program = (ctx) => {
  const usage = () => ctx.usage('uniq [-cdiu] [-f fields] [-s chars] [input_file [output_file]]');
  const { options, rest } = ctx.getopt('cdf:is:u', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  if (rest.length > 2) usage();
  const key = (line: string) => {
    let k = line;
    for (let i = 0; i < Number(flags.get('f') ?? 0); i++) k = k.replace(/^[ \t]*[^ \t]*/, '');
    k = k.slice(Number(flags.get('s') ?? 0));
    return flags.has('i') ? k.toLowerCase() : k;
  };
  if (rest[1] !== undefined) {
    try {
      const fd = ctx.sys.open(rest[1], O_WRONLY | O_CREAT | O_TRUNC);
      ctx.sys.dup2(fd, 1);
      ctx.sys.close(fd);
    } catch (error) {
      ctx.failError(rest[1], error);
    }
  }
  const show = (line: string, n: number) => {
    if ((flags.has('d') && n < 2) || (flags.has('u') && n > 1)) return;
    ctx.print(`${flags.has('c') ? `${String(n).padStart(4)} ` : ''}${line}\n`);
  };
  ctx.eachInput(rest.slice(0, 1), (input) => {
    let previous: string | undefined;
    let previousKey = '';
    let n = 0;
    for (let line = input.readLine(); line !== undefined; line = input.readLine()) {
      const k = key(line);
      if (previous !== undefined && k === previousKey) n++;
      else {
        if (previous !== undefined) show(previous, n);
        previous = line;
        previousKey = k;
        n = 1;
      }
    }
    if (previous !== undefined) show(previous, n);
  });
  return ctx.status;
};

export const cut: Program = (ctx) => {
  const usage = () =>
    ctx.usage('cut -b list [-n] [file ...]', 'cut -c list [file ...]', 'cut -f list [-d string] [-s] [file ...]');
  const { options, rest } = ctx.getopt('b:c:d:f:ns', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  const listText = flags.get('b') ?? flags.get('c') ?? flags.get('f');
  if (listText === undefined) usage();
  const ranges = (listText as string).split(/[, ]+/).map((r) => {
    const m = /^([0-9]*)(-?)([0-9]*)$/.exec(r);
    const from = Number(m?.[1] || 1);
    const to = m?.[2] === '' ? from : Number(m?.[3] || Number.POSITIVE_INFINITY);
    if (!m || r === '' || r === '-' || from < 1 || to < from) ctx.fail(`[-cf] list: illegal list value`);
    return { from, to };
  });
  const wanted = (i: number) => ranges.some((r) => i >= r.from && i <= r.to);
  const delimiter = [...(flags.get('d') ?? '\t')][0] ?? '\t';
  ctx.eachInput(rest, (input) => {
    for (let line = input.readLine(); line !== undefined; line = input.readLine()) {
      if (!flags.has('f')) {
        ctx.print(`${[...line].filter((_, i) => wanted(i + 1)).join('')}\n`);
        continue;
      }
      if (!line.includes(delimiter)) {
        if (!flags.has('s')) ctx.print(`${line}\n`);
        continue;
      }
      ctx.print(
        `${line
          .split(delimiter)
          .filter((_, i) => wanted(i + 1))
          .join(delimiter)}\n`,
      );
    }
  });
  return ctx.status;
};

export const tr: Program = (ctx) => {
  const usage = () =>
    ctx.usage('tr [-cs] string1 string2', 'tr [-c] -d string1', 'tr [-c] -s string1', 'tr [-c] -ds string1 string2');
  const { options, rest } = ctx.getopt('cCds', usage);
  const flags = new Set(options.map((o) => o.flag.toLowerCase()));
  const [first, second] = rest;
  if (first === undefined || (second === undefined && !flags.has('d') && !flags.has('s'))) usage();
  const one = expandSet(first as string);
  const listed = new Set(one);
  const inOne = flags.has('c') ? (b: number) => !listed.has(b) : (b: number) => listed.has(b);
  const two = second === undefined ? [] : expandSet(second);
  const map = new Int16Array(256).fill(-1);
  if (second !== undefined && !flags.has('d')) {
    const from = flags.has('c') ? Array.from({ length: 256 }, (_, i) => i).filter((b) => !listed.has(b)) : one;
    from.forEach((b, i) => {
      map[b] = two[Math.min(i, two.length - 1)] ?? b;
    });
  }
  const squeezeSet = new Set(second === undefined ? undefined : two);
  const squeeze = (b: number) => flags.has('s') && (second === undefined ? inOne(b) : squeezeSet.has(b));
  let last = -1;
  const input = ctx.input(0);
  for (let chunk = input.nextChunk(); chunk !== undefined; chunk = input.nextChunk()) {
    const out = new Uint8Array(chunk.length);
    let n = 0;
    for (const b of chunk) {
      if (flags.has('d') && inOne(b)) continue;
      const mapped = map[b] as number;
      const c = mapped < 0 ? b : mapped;
      if (c === last && squeeze(c)) continue;
      last = c;
      out[n++] = c;
    }
    ctx.out.writeBytes(out.subarray(0, n));
  }
  return 0;
};

const TR_CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  alnum: /[A-Za-z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[ \t\n\v\f\r]/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[ -~]/,
  graph: /[!-~]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** The bytes a tr set stands for: ranges, escapes, classes. */
function expandSet(text: string): number[] {
  const out: number[] = [];
  const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };
  let i = 0;
  const one = (): number => {
    if (text[i] !== '\\') return (text.charCodeAt(i++) & 0xff) as number;
    const octal = /^\\([0-7]{1,3})/.exec(text.slice(i));
    if (octal) {
      i += octal[0].length;
      return Number.parseInt(octal[1] as string, 8) & 0xff;
    }
    const c = text[i + 1] ?? '\\';
    i += 2;
    return escapes[c] ?? c.charCodeAt(0);
  };
  while (i < text.length) {
    const cls = /^\[:([a-z]+):\]/.exec(text.slice(i));
    if (cls) {
      i += cls[0].length;
      const re = TR_CLASSES[cls[1] as string];
      for (let b = 0; b < 256; b++)
        if (cls[1] === 'cntrl' ? b < 32 || b === 127 : b < 128 && re?.test(String.fromCharCode(b))) out.push(b);
      continue;
    }
    const from = one();
    if (text[i] === '-' && i + 1 < text.length) {
      i++;
      const to = one();
      for (let b = from; b <= to; b++) out.push(b);
    } else out.push(from);
  }
  return out;
}

export const tee: Program = (ctx) => {
  const usage = () => ctx.usage('tee [-ai] [file ...]');
  const { options, rest } = ctx.getopt('ai', usage);
  if (options.some((o) => o.flag === 'i')) ctx.sys.sigaction(2, 'ignore');
  const append = options.some((o) => o.flag === 'a');
  const targets: { fd: number; name: string }[] = [{ fd: 1, name: 'stdout' }];
  for (const name of rest) {
    try {
      targets.push({ fd: ctx.sys.open(name, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0o666), name });
    } catch (error) {
      ctx.warnError(name, error);
    }
  }
  const { sys } = ctx;
  for (let n = sys.readBulk(0); n > 0; n = sys.readBulk(0)) {
    for (const t of targets) {
      if (t.fd < 0) continue;
      try {
        for (let done = 0; done < n; ) done += sys.writeBulk(t.fd, n - done, done);
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error;
        ctx.warnError(t.name, error);
        t.fd = -1;
      }
    }
  }
  return ctx.status;
};

/** rev(1): lines backwards, by character. */
export const rev: Program = (ctx) => {
  ctx.eachInput(ctx.argv.slice(1), (input) => {
    for (let line = input.readUntil(); line !== undefined; line = input.readUntil()) {
      const ends = line[line.length - 1] === 10;
      ctx.print([...decode(line, 0, ends ? line.length - 1 : line.length)].reverse().join('') + (ends ? '\n' : ''));
    }
  });
  return ctx.status;
};
