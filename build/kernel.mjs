#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * Build the kernel module: out/kernel/rumpus.wasm.
 *
 *   node build/kernel.mjs [--toolchain emcc|clang|yowasp] [--debug | --ubsan] [--keep-going]
 *
 * Only what changed is compiled (depfiles, hash of the flags). Builds of other variants and
 * toolchains go to out/kernel/rumpus-<variant>[-<toolchain>].wasm unless --out names the file.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { readMaster } from './gen/master.mjs';
import { syscallRows } from './gen/syscall_rows.mjs';
import { withLock } from './lock.mjs';
import {
  availableToolchains,
  COMPILE_FLAGS,
  LINK_FLAGS,
  OPTIMIZE_FLAGS,
  run,
  toolchain,
  VARIANTS,
  WARNING_FLAGS,
} from './toolchain.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const ABI = path.join(ROOT, 'kernel-wasm/abi');
const FACTIONS = ['rumpkern', 'rumpvfs', 'rumpdev', 'rumpnet'];
const COMPONENTS = ['kern', 'fs', 'dev', 'net'];

function listSources(root, dir) {
  const full = path.join(root, dir);
  if (!fs.statSync(full, { throwIfNoEntry: false })?.isDirectory()) return [];
  return fs
    .readdirSync(full)
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => `${dir}/${name}`);
}

/** Sources relative to the root: the factions and every component folder. */
export function kernelSources(root = ROOT) {
  const folders = FACTIONS.map((f) => `kernel-wasm/${f}`);
  for (const kind of COMPONENTS) {
    const base = path.join(root, 'kernel-wasm', kind);
    if (!fs.existsSync(base)) continue;
    for (const name of fs.readdirSync(base)) folders.push(`kernel-wasm/${kind}/${name}`);
  }
  return folders.flatMap((folder) => listSources(root, folder)).sort();
}

/** Link names the module exports. */
function exportFlags(more = []) {
  const names = readMaster(ABI, 'exports.master').map(([name]) => name);
  const flags = names.map((name) =>
    name.endsWith('!') ? `--export=${name.slice(0, -1)}` : `--export-if-defined=${name}`,
  );
  for (const name of more) flags.push(`--export=${name}`);
  for (const row of syscallRows(ABI)) {
    if (row.inTable) flags.push(`--export-if-defined=rump___sysimpl_${row.linkName}`);
  }
  return flags;
}

/** Does the object need compiling? */
function isStale(object, depfile) {
  const built = fs.statSync(object, { throwIfNoEntry: false });
  if (built === undefined || !fs.existsSync(depfile)) return true;
  const text = fs.readFileSync(depfile, 'utf8').replaceAll('\\\n', ' ');
  const files = text
    .slice(text.indexOf(':') + 1)
    .split(/\s+/)
    .filter((f) => f !== '');
  return files.some((file) => {
    const source = fs.statSync(path.resolve(ROOT, file), { throwIfNoEntry: false });
    return source === undefined || source.mtimeMs > built.mtimeMs;
  });
}

/** Call `work` on every item, `jobs` at a time. */
async function inParallel(items, jobs, work) {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: jobs }, lane));
}

/** Imports must be hypercalls of the masters, and nothing else. */
function checkImports(module) {
  const allowed = new Set();
  for (const m of ['rumpuser', 'rumpcomp']) {
    for (const [name] of readMaster(ABI, `${m}.master`)) allowed.add(`${m}.${m}_${name}`);
  }
  const strange = WebAssembly.Module.imports(module)
    .filter((i) => i.kind !== 'memory')
    .map((i) => `${i.module}.${i.name}`)
    .filter((name) => !allowed.has(name));
  if (strange.length > 0) throw new BuildError(`imports outside the masters: ${strange.join(', ')}`);
}

export class BuildError extends Error {}

/**
 * @param options {toolchain, variant, out, keepGoing, log}
 * @returns {Promise<{file, bytes, gzip, compiled, ms, toolchain, variant}>}
 */
export async function buildKernel(options = {}) {
  const log = options.log ?? console.log;
  const variant = options.variant ?? 'release';
  const name = options.toolchain ?? availableToolchains(ROOT)[0];
  if (name === undefined)
    throw new BuildError('no compiler: install clang-19 and lld-19, or run npm ci for @yowasp/clang');
  const outDir = path.join(ROOT, 'out/kernel');
  fs.mkdirSync(outDir, { recursive: true });
  return withLock(path.join(outDir, '.lock'), () => buildLocked({ ...options, log, variant, name, outDir }));
}

function outputName(variant, name, preferred) {
  const parts = ['rumpus'];
  if (variant !== 'release') parts.push(variant);
  if (name !== preferred) parts.push(name);
  return `${parts.join('-')}.wasm`;
}

async function buildLocked({ log, variant, name, outDir, keepGoing = false, out }) {
  const started = Date.now();
  const tools = await toolchain(name, ROOT, outDir);
  const flags = [
    ...COMPILE_FLAGS,
    ...WARNING_FLAGS,
    ...VARIANTS[variant].flags,
    '-Ikernel-wasm/include',
    '-Ikernel-wasm',
  ];
  const objDir = path.join('out/kernel', `obj-${name}-${variant}`);
  freshFolder(path.join(ROOT, objDir), flags);
  const sources = [...kernelSources(), ...(VARIANTS[variant].sources ?? [])];
  const units = sources.map((source) => {
    const object = path.join(objDir, `${source.slice('kernel-wasm/'.length).replaceAll('/', '__')}.o`);
    return { source, object, depfile: `${object.slice(0, -2)}.d` };
  });
  const stale = units.filter((u) => isStale(path.join(ROOT, u.object), path.join(ROOT, u.depfile)));
  const failed = await compileAll(tools, flags, stale, { log, keepGoing });
  await tools.close?.();
  if (failed.length > 0) throw new BuildError(`${failed.length} file(s) did not compile: ${failed.join(' ')}`);
  const preferred = availableToolchains(ROOT)[0];
  const file = out ?? path.join(outDir, outputName(variant, name, preferred));
  const linkArgs = [...LINK_FLAGS, ...exportFlags(VARIANTS[variant].exports), ...units.map((u) => u.object)];
  const key = hash([...linkArgs, ...OPTIMIZE_FLAGS]);
  const record = file.replace(/\.wasm$/, '.json');
  const previous = readRecord(record);
  if (stale.length === 0 && previous?.key === key && isNewest(file, units)) {
    return { ...previous, compiled: 0, ms: Date.now() - started };
  }
  await link(tools, linkArgs, file, variant);
  const bytes = fs.readFileSync(file);
  checkImports(new WebAssembly.Module(bytes));
  const result = {
    file: path.relative(ROOT, file),
    toolchain: name,
    variant,
    bytes: bytes.length,
    gzip: zlib.gzipSync(bytes, { level: 9 }).length,
    compiled: stale.length,
    ms: Date.now() - started,
    key,
  };
  fs.writeFileSync(record, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

const hash = (words) => crypto.createHash('sha256').update(words.join('\0')).digest('hex');

/** What the last build of this module wrote down. */
function readRecord(file) {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
}

function isNewest(file, units) {
  const made = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return units.every((u) => fs.statSync(path.join(ROOT, u.object)).mtimeMs <= made);
}

/** Empty the folder when the flags are not those it was built with. */
function freshFolder(dir, flags) {
  const key = hash(flags);
  const stamp = path.join(dir, '.flags');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === key) return;
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(stamp, key);
}

async function compileAll(tools, flags, stale, { log, keepGoing }) {
  const failed = [];
  let done = 0;
  await inParallel(stale, tools.jobs, async (unit) => {
    if (failed.length > 0 && !keepGoing) return;
    const { code, output } = await tools.compile(flags, unit.source, unit.object, unit.depfile, ROOT);
    done++;
    if (output.trim() !== '') log(output.trimEnd());
    if (code !== 0) {
      failed.push(unit.source);
      fs.rmSync(path.join(ROOT, unit.object), { force: true });
    }
    if (done % 20 === 0) log(`kernel: ${done} of ${stale.length} files compiled`);
  });
  return failed;
}

/** The linker's complaint without a line for every reference. */
function linkFaults(output) {
  const undefinedNames = new Set(Array.from(output.matchAll(/undefined symbol: (\S+)/g), (m) => m[1]));
  const rest = output.split('\n').filter((line) => line !== '' && !/undefined symbol|^>>>/.test(line));
  if (undefinedNames.size > 0) rest.push(`undefined: ${[...undefinedNames].sort().join(' ')}`);
  return rest.join('\n');
}

async function link(tools, linkArgs, file, variant) {
  const raw = path.join(path.dirname(file), `${path.basename(file, '.wasm')}.linked.wasm`);
  const debug = VARIANTS[variant].flags.includes('-g');
  const { code, output } = await tools.link([...linkArgs, '-o', path.relative(ROOT, raw)], ROOT);
  if (code !== 0) throw new BuildError(`link failed\n${linkFaults(output)}`);
  if (debug || !VARIANTS[variant].optimize || tools.optimizer === undefined) {
    fs.renameSync(raw, file);
    return;
  }
  const opt = await run(tools.optimizer, [...OPTIMIZE_FLAGS, raw, '-o', `${file}.new`]);
  if (opt.code !== 0) throw new BuildError(`wasm-opt failed\n${opt.output}`);
  fs.renameSync(`${file}.new`, file);
  fs.rmSync(raw);
}

function option(name) {
  const i = process.argv.indexOf(name);
  return i < 0 ? undefined : process.argv[i + 1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const has = (flag) => process.argv.includes(flag);
  try {
    const result = await buildKernel({
      toolchain: option('--toolchain'),
      variant: has('--debug') ? 'debug' : has('--ubsan') ? 'ubsan' : 'release',
      out: option('--out'),
      keepGoing: has('--keep-going'),
    });
    console.log(
      `kernel: ${result.file} ${result.bytes} bytes (${result.gzip} gzip), ${result.compiled} compiled, ${result.toolchain}, ${result.ms} ms`,
    );
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(`kernel: ${error.message}`);
    process.exitCode = 1;
  }
}
