// SPDX-License-Identifier: BSD-2-Clause
/** The sections of npm test: how each is run and how its result is counted. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { buildHost } from './host.mjs';
import { buildKernel } from './kernel.mjs';
import { buildPage, pageIsCurrent } from './page.mjs';
import { ROOT } from './setup.mjs';
import { availableToolchains } from './toolchain.mjs';

const NOTHING = { passed: 0, failed: 0, skipped: 0 };
const skipped = (note) => ({ ...NOTHING, skipped: 1, note });
const exists = (name) => fs.existsSync(path.join(ROOT, name));

/** Run with output shown as it comes; resolves to {code, output}. */
function show(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (stream) => (chunk) => {
      output += chunk;
      stream.write(chunk);
    };
    child.stdout.on('data', take(process.stdout));
    child.stderr.on('data', take(process.stderr));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Sum of every `N passed, N failed` in the output but those of single test programs, which a sum follows; a bare exit status counts as one test. */
function count({ code, output }) {
  const result = { ...NOTHING };
  for (const m of output.matchAll(/^(?:(?!t_)\S+: )?(\d+) passed(?:, (\d+) failed)?(?:, (\d+) skipped)?\s*$/gm)) {
    result.passed += Number(m[1]);
    result.failed += Number(m[2] ?? 0);
    result.skipped += Number(m[3] ?? 0);
  }
  if (code !== 0 && result.failed === 0) result.failed = 1;
  if (code === 0 && result.passed === 0 && result.failed === 0) result.passed = 1;
  return result;
}

async function gen() {
  return count(await show(process.execPath, ['build/gen.mjs', '--check']));
}

async function native() {
  if (!exists('kernel-wasm/Makefile')) return skipped('kernel-wasm/Makefile is not there');
  return count(await show('make', ['-C', 'kernel-wasm', '--no-print-directory', 'test']));
}

/** Images of others changed by us and read back by them, and the reverse. */
async function interop() {
  await prepare(buildKernel, buildHost); // for newfs and fsck; without them those are skipped
  const made = count(await show('make', ['-C', 'kernel-wasm', '--no-print-directory', 'images']));
  const changed = count(await show('make', ['-C', 'kernel-wasm', '--no-print-directory', 'workout']));
  for (const key of Object.keys(made)) made[key] += changed[key];
  return made;
}

/** Every toolchain builds the module, and every module boots. */
async function kernel() {
  const result = { ...NOTHING };
  await buildHost();
  const builds = availableToolchains(ROOT)
    .filter((name) => name !== 'clang')
    .map((toolchain) => ({ toolchain, variant: 'release' }));
  builds.push({ variant: 'ubsan' });
  for (const build of builds) {
    const name = `${build.toolchain ?? 'default toolchain'}, ${build.variant}`;
    try {
      const made = await buildKernel(build);
      console.log(`ok build ${name}: ${made.bytes} bytes, ${made.ms} ms`);
      result.passed++;
      if (!exists('out/host/rumpus.mjs')) continue;
      const boot = await show(process.execPath, ['cli/rumpus.mjs', '--kernel', made.file, '-c', 'echo booted'], {});
      const ok = boot.code === 0 && boot.output.includes('booted');
      console.log(`${ok ? 'ok' : 'FAILED'} boot ${name}`);
      result[ok ? 'passed' : 'failed']++;
    } catch (error) {
      console.log(`FAILED ${name}: ${error.message}`);
      result.failed++;
    }
  }
  return result;
}

function vitestCount(file) {
  const report = JSON.parse(fs.readFileSync(file, 'utf8'));
  const broken = report.testResults.filter((r) => r.status === 'failed' && r.assertionResults.length === 0).length;
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken, skipped: report.numPendingTests };
}

/** Build what a section runs; a fault is one failed test, and the section goes on with what there is. */
async function prepare(...steps) {
  let failed = 0;
  for (const build of steps) {
    try {
      await build();
    } catch (error) {
      console.error(error.message ?? error);
      failed++;
    }
  }
  return failed;
}

async function unit() {
  const unbuilt = await prepare(buildKernel, buildHost);
  const report = path.join(ROOT, 'out/test/vitest.json');
  fs.rmSync(report, { force: true });
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
  ];
  const { code } = await show(process.execPath, args);
  if (!fs.existsSync(report)) return { ...NOTHING, failed: 1, note: 'no report' };
  const result = vitestCount(report);
  result.failed += unbuilt;
  if (code !== 0 && result.failed === 0) result.failed = 1;
  return result;
}

/** File systems whose recorded behaviour this release reproduces. */
const ORACLE_FS = ['tmpfs', 'rumpfs', 'cd9660', 'ffs', 'ffslog', 'ext2fs', 'msdos'];

async function oracle() {
  const check = path.resolve(ROOT, process.env.RUMPUS_ORACLE ?? '../shared/oracle', 'check.mjs');
  if (!fs.existsSync(check)) return skipped('no recorded behaviour beside the checkout');
  if (!exists('cli/rumpus.ts')) return skipped('cli/rumpus.ts is not there');
  await buildKernel();
  await buildHost();
  const expect = ['--expect', path.join(ROOT, 'build/oracle_expected.txt')];
  const runner = ['--', process.execPath, path.join(ROOT, 'cli/rumpus.mjs'), 'syscalls'];
  const result = { ...NOTHING };
  let again = 0;
  for (const name of ORACLE_FS) {
    const run = (script = []) => show(process.execPath, [check, '--fs', name, ...expect, ...script, ...runner]);
    const shown = await run();
    const part = count(shown);
    // Stamps of ext2 and FAT are whole seconds: a script that says "unchanged" may meet the end of one.
    for (const [, script] of shown.output.matchAll(/^DIFF \S+\/(\S+) after `diff /gm)) {
      if (count(await run([script])).failed > 0) continue;
      part.failed--;
      part.passed++;
      again++;
    }
    for (const key of Object.keys(result)) result[key] += part[key];
  }
  return again > 0 ? { ...result, note: `${again} on the second try` } : result;
}

async function e2e() {
  if (!exists('playwright.config.ts')) return skipped('playwright.config.ts is not there');
  await buildKernel();
  if (!pageIsCurrent()) await buildPage();
  const report = path.join(ROOT, 'out/test/playwright.json');
  fs.rmSync(report, { force: true });
  const args = ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'];
  const { code } = await show(process.execPath, args, { PLAYWRIGHT_JSON_OUTPUT_NAME: report });
  if (!fs.existsSync(report)) return { ...NOTHING, failed: 1, note: 'no report' };
  const { stats, errors } = JSON.parse(fs.readFileSync(report, 'utf8'));
  const failed = stats.unexpected + errors.length;
  return {
    passed: stats.expected + stats.flaky,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: stats.skipped,
    note: stats.flaky > 0 ? `${stats.flaky} on the second try` : undefined,
  };
}

export const SECTIONS = [
  { name: 'gen', title: 'Generated files are current', needs: [], run: gen },
  { name: 'native', title: 'Kernel, natively, under ASan and UBSan', needs: ['native', 'images'], run: native },
  { name: 'interop', title: 'Images exchanged with other systems', needs: ['native', 'images'], run: interop },
  { name: 'kernel', title: 'Kernel as wasm, from every toolchain', needs: ['toolchain'], run: kernel },
  { name: 'unit', title: 'TypeScript and wasm under Node', needs: ['toolchain', 'images'], run: unit },
  { name: 'oracle', title: 'Recorded behaviour', needs: ['toolchain', 'images'], run: oracle },
  {
    name: 'e2e',
    title: 'The page in Chromium and Firefox',
    needs: ['toolchain', 'browser', 'images'],
    wants: ['firefox'],
    run: e2e,
  },
];
