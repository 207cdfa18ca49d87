#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * The cases of the unit tests on the real kernel, all in one boot, each on a fresh tmpfs at /tmp.
 *
 *   node userland/testing/cases_on_kernel.mjs [word]      only cases that contain the word
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-cases-'));
const bundle = path.join(scratch, 'cases.mjs');
buildSync({
  stdin: {
    contents: "export * from './sh_cases.ts'; export * from './program_cases.ts';",
    resolveDir: here,
    loader: 'ts',
  },
  bundle: true,
  format: 'esm',
  outfile: bundle,
  logLevel: 'error',
});
const { SH_CASES, PROGRAM_CASES, SETUP } = await import(bundle);

/** Output that differs by design: the fake kernel's own names, times, sizes. */
const FAKE_ONLY = /fakehost|hostname|df \| head|umount \/mnt|ls -l f$|touch f; echo \$x|stat -f "%z|du -s|ls -l h/;
const word = process.argv[2];
const cases = [...SH_CASES, ...PROGRAM_CASES.map(([s, o]) => [SETUP + s, o])].filter(
  ([s]) => !FAKE_ONLY.test(s) && (word === undefined || s.includes(word)),
);
const quote = (s) => `'${s.replaceAll("'", "'\\''")}'`;
const script = cases
  .map(
    ([s], i) =>
      `mount -t tmpfs tmpfs /tmp; sh -c ${quote(s)} </dev/null 2>/dev/null; echo "@@${i}@@"; cd /; umount -f /tmp`,
  )
  .join('\n');
const run = spawnSync('node', [path.join(here, '../../cli/rumpus.mjs'), '-c', 'sh -s'], {
  input: script,
  encoding: 'utf8',
  timeout: 60000,
  maxBuffer: 1 << 26,
});
const text = run.stdout;
let failed = 0;
let at = 0;
for (const [i, [s, expected]] of cases.entries()) {
  const mark = `@@${i}@@\n`;
  const end = text.indexOf(mark, at);
  const got = end < 0 ? undefined : text.slice(at, end);
  if (got !== expected) {
    failed++;
    console.log(
      `--- ${s.replace(SETUP, '')}\nexpected ${JSON.stringify(expected)}\ngot      ${JSON.stringify(got ?? text.slice(at, at + 300))}`,
    );
  }
  if (end < 0) {
    console.log(`stopped here (status ${run.status}, signal ${run.signal})\n${run.stderr.slice(-2000)}`);
    break;
  }
  at = end + mark.length;
}
console.log(`${cases.length} cases, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
