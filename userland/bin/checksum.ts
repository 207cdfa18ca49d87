// SPDX-License-Identifier: BSD-2-Clause
/** cksum(1) with -a, md5(1), sha1, sha256, sha512. */

import { type Digest, newDigest, PosixCrc } from '../lib/digest.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';

const NAMES = ['MD5', 'SHA1', 'SHA256', 'SHA512'] as const;

export const cksum: Program = (ctx) => {
  const usage = () => ctx.usage(`${ctx.name} [-n] [-a algorithm] [-c [sumfile]] [-s string] [file ...]`);
  const { options, rest } = ctx.getopt('a:cnqs:tw', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  const own = NAMES.find((n) => n.toLowerCase() === ctx.name);
  const asked = flags.get('a')?.toUpperCase().replace('-', '');
  const algorithm = asked === undefined ? own : asked === 'CRC' ? undefined : NAMES.find((n) => n === asked);
  if (asked !== undefined && asked !== 'CRC' && algorithm === undefined)
    ctx.fail(`unknown algorithm: ${flags.get('a')}`);
  if (flags.has('c')) return check(ctx, rest);
  const text = flags.get('s');
  if (text !== undefined && algorithm) {
    const d = newDigest(algorithm);
    d.update(new TextEncoder().encode(text));
    ctx.print(`${algorithm} ("${text}") = ${d.hex()}\n`);
    return 0;
  }
  ctx.eachInput(rest, (input, name) => {
    const digest: Digest = algorithm ? newDigest(algorithm) : new PosixCrc();
    let size = 0;
    for (let c = input.nextChunk(); c !== undefined; c = input.nextChunk()) {
      digest.update(c);
      size += c.length;
    }
    const stdin = rest.length === 0;
    if (!algorithm) ctx.print(`${digest.hex()} ${size}${stdin ? '' : ` ${name}`}\n`);
    else if (stdin || flags.has('q')) ctx.print(`${digest.hex()}\n`);
    else if (flags.has('n')) ctx.print(`${digest.hex()} ${name}\n`);
    else ctx.print(`${algorithm} (${name}) = ${digest.hex()}\n`);
  });
  return ctx.status;
};

/** Lines "ALG (file) = hex" or "hex  file". */
function check(ctx: ProgramContext, files: readonly string[]): number {
  ctx.eachInput(files, (input) => {
    for (let line = input.readLine(); line !== undefined; line = input.readLine()) {
      const long = /^(\w+) \((.*)\) = ([0-9a-f]+)$/.exec(line);
      const short = /^([0-9a-f]{32,128}) [ *]?(.*)$/.exec(line);
      const sum = long?.[3] ?? short?.[1];
      const name = long?.[2] ?? short?.[2];
      const algorithm = NAMES.find((n) =>
        long ? n === long[1] : { 32: 'MD5', 40: 'SHA1', 64: 'SHA256', 128: 'SHA512' }[sum?.length ?? 0] === n,
      );
      if (sum === undefined || name === undefined || algorithm === undefined) continue;
      ctx.eachInput([name], (data) => {
        const d = newDigest(algorithm);
        for (let c = data.nextChunk(); c !== undefined; c = data.nextChunk()) d.update(c);
        if (d.hex() === sum) return;
        ctx.print(`(${algorithm}) ${name}: FAILED\n`);
        ctx.status = 1;
      });
    }
  });
  return ctx.status;
}
