#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * npm run check: types, lint and format, import rules, sizes, generated files, documents.
 *
 *   npm run check -- [--only types,format,imports,sizes,gen,docs,licence,hypercalls,handlers]
 */
import { spawnSync } from 'node:child_process';
import {
  checkDocs,
  checkHandlers,
  checkHypercallTags,
  checkImports,
  checkLicence,
  checkSizes,
} from './check_rules.mjs';
import { generate } from './gen.mjs';
import { ROOT } from './setup.mjs';

const PROJECTS = ['tsconfig.json', 'tsconfig.node.json', 'tsconfig.web.json'];

function tool(args) {
  const result = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 });
  return { ok: result.status === 0, output: `${result.stdout}${result.stderr}`.trim() };
}

function types() {
  return PROJECTS.flatMap((project) => {
    const { ok, output } = tool(['node_modules/typescript/bin/tsc', '--noEmit', '-p', project]);
    return ok ? [] : output.split('\n');
  });
}

function format() {
  const { ok, output } = tool([
    'node_modules/@biomejs/biome/bin/biome',
    'check',
    '--colors=off',
    '--max-diagnostics=200',
  ]);
  return ok ? [] : output.split('\n');
}

const CHECKS = {
  types,
  format,
  gen: () => generate({ check: true }).map((name) => `${name}: not current, run npm run gen`),
  imports: checkImports,
  sizes: checkSizes,
  licence: checkLicence,
  docs: checkDocs,
  hypercalls: checkHypercallTags,
  handlers: checkHandlers,
};

const i = process.argv.indexOf('--only');
const names = i < 0 ? Object.keys(CHECKS) : (process.argv[i + 1] ?? '').split(',');
let bad = 0;
for (const name of names) {
  const faults = CHECKS[name]();
  console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  for (const fault of faults) console.log(`  ${fault}`);
  if (faults.length > 0) bad++;
}
console.log(`${names.length - bad} passed, ${bad} failed`);
process.exit(bad > 0 ? 1 : 0);
