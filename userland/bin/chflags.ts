// SPDX-License-Identifier: BSD-2-Clause
import { parseFlags } from '../lib/file_flags.ts';
import type { Program } from '../lib/program.ts';
import { applyToFiles, splitOptions } from './attributes.ts';

/** chflags(1). */
export const chflags: Program = (ctx) => {
  const usage = () => ctx.usage('chflags [-R [-H | -L | -P]] [-fhv] flags file ...');
  const { flags, rest } = splitOptions(ctx, /^-[RHLPfhv]+$/);
  const [text, ...files] = rest;
  if (text === undefined || files.length === 0) usage();
  const change = parseFlags(text as string);
  if (typeof change === 'string') return ctx.fail(`invalid flag: ${change}`);
  applyToFiles(ctx, files, flags, (path, st) => {
    if (flags.has('h')) ctx.sys.lchflags(path, change(st.flags));
    else ctx.sys.chflags(path, change(st.flags));
  });
  return ctx.status;
};
