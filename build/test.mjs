#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * npm test: every kind of test, from a clean clone.
 *
 *   npm test -- [--only gen,native,interop,kernel,unit,oracle,e2e] [--no-install]
 *
 * Prints each runner's own output and, last, `N passed, N failed`. Exit status 1 if any failed.
 * A section whose folder is not there yet is skipped and said so.
 */
import fs from 'node:fs';
import { ensureDebian, ensureNpm, requireNode, step } from './setup.mjs';

const MEMORY_DISK = '/dev/shm';
const MEMORY_WANTED = 6 * 2 ** 30;

/** Images are made and synced by the thousand: scratch files go to memory where there is enough. */
function scratchInMemory() {
  if (process.env.TMPDIR !== undefined || !fs.existsSync(MEMORY_DISK)) return;
  const { bavail, bsize } = fs.statfsSync(MEMORY_DISK);
  if (bavail * bsize >= MEMORY_WANTED) process.env.TMPDIR = MEMORY_DISK;
}

requireNode();
ensureNpm();
const { SECTIONS } = await import('./test_sections.mjs');

const i = process.argv.indexOf('--only');
const only = i < 0 ? undefined : (process.argv[i + 1] ?? '').split(',');
const unknown = only?.filter((name) => !SECTIONS.some((s) => s.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`no such section: ${unknown.join(', ')}; there are ${SECTIONS.map((s) => s.name).join(', ')}`);
  process.exit(2);
}

scratchInMemory();
const chosen = SECTIONS.filter((s) => only === undefined || only.includes(s.name));
if (!process.argv.includes('--no-install')) {
  ensureDebian(...new Set(chosen.flatMap((s) => s.needs)));
  for (const want of chosen.flatMap((s) => s.wants ?? [])) ensureDebian(want);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const lines = [];
for (const section of chosen) {
  step(section.title);
  const started = Date.now();
  let result;
  try {
    result = await section.run();
  } catch (error) {
    console.error(error.message ?? error);
    result = { passed: 0, failed: 1, skipped: 0 };
  }
  for (const key of Object.keys(total)) total[key] += result[key];
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const note = result.note === undefined ? '' : ` (${result.note})`;
  lines.push(
    `${section.name.padEnd(8)} ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped, ${seconds} s${note}`,
  );
}
console.log(`\n${lines.join('\n')}`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 ? 1 : 0);
