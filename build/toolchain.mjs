// SPDX-License-Identifier: BSD-2-Clause
/**
 * The one description of how kernel C becomes wasm, and the compilers that can do it.
 *
 *   emcc     emscripten's driver over a recent clang (EM_CONFIG), its wasm-opt
 *   clang    the same clang without the driver, for a quick turn
 *   yowasp   @yowasp/clang from npm: nothing but Node
 *
 * Every toolchain gets the same LLVM flags, so the modules differ in nothing but optimisation.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Oldest clang that has the warnings we build with. */
const CLANG_OLDEST = 16;

export const COMPILE_FLAGS = [
  '-std=gnu11',
  '-ffreestanding',
  '-nostdlibinc',
  '-fno-common',
  '-fno-strict-aliasing',
  '-fvisibility=hidden',
  '-ftls-model=local-exec',
  '-matomics',
  '-mbulk-memory',
  '-mmutable-globals',
  '-msign-ext',
  '-Uunix',
  '-D_KERNEL',
  '-D_RUMPKERNEL',
];

export const WARNING_FLAGS = [
  '-Wall',
  '-Wextra',
  '-Wstrict-prototypes',
  '-Wvla',
  '-Wno-unused-parameter',
  '-Wno-missing-field-initializers',
  '-Wno-sign-compare',
  '-Werror=implicit-function-declaration',
  '-Werror=return-type',
  // A function called through a wrong type traps in wasm.
  '-Werror=cast-function-type-strict',
  '-Werror=incompatible-function-pointer-types',
];

/** What differs between the builds of one source. */
export const VARIANTS = {
  release: { flags: ['-O2'], optimize: true },
  debug: { flags: ['-O1', '-g', '-DDIAGNOSTIC', '-DDEBUG'], optimize: false },
  // The release kernel with a client's loops inside (npm run bench).
  bench: {
    flags: ['-O2'],
    optimize: true,
    sources: ['kernel-wasm/bench/fs_bench.c', 'kernel-wasm/bench/rump_bench.c'],
    exports: [
      'rump_bench',
      'rump_bench_setup',
      'rump_bench_name',
      'rump_fsbench',
      'rump_fsbench_mount',
      'rump_fsbench_unmount',
    ],
  },
  ubsan: {
    flags: ['-O2', '-DDIAGNOSTIC', '-fsanitize=undefined', '-fsanitize-trap=undefined', '-fno-sanitize=function'],
    optimize: true,
  },
};

/** Bytes of the stack every instance starts on; the host gives each further thread its own. */
const STACK_BYTES = 256 * 1024;

export const LINK_FLAGS = [
  '--import-memory',
  '--shared-memory',
  '--max-memory=4294967296',
  '--export-table',
  '--growable-table',
  '--stack-first',
  '-z',
  `stack-size=${STACK_BYTES}`,
  '--no-entry',
  '--fatal-warnings',
  '--error-limit=0',
  '--gc-sections',
];

/** --stack-check adds __set_stack_limits(base, end), which the host must call before anything else of an instance. */
export const OPTIMIZE_FLAGS = [
  '--stack-check',
  '-O2',
  '-g',
  '--enable-threads',
  '--enable-bulk-memory',
  '--enable-mutable-globals',
  '--enable-sign-ext',
  '--enable-simd',
];

/** Run a program; resolves to {code, output}. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const take = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function which(name) {
  for (const dir of (process.env.PATH ?? '').split(':')) {
    const file = path.join(dir, name);
    if (fs.existsSync(file)) return file;
  }
  return undefined;
}

/** Newest clang with a wasm-ld beside it: {clang, ld, bin, version}. */
export function findClang() {
  const base = '/usr/lib';
  const versions = (fs.existsSync(base) ? fs.readdirSync(base) : [])
    .map((name) => /^llvm-(\d+)$/.exec(name)?.[1])
    .filter((v) => v !== undefined && Number(v) >= CLANG_OLDEST)
    .map(Number)
    .sort((a, b) => b - a);
  for (const version of versions) {
    const bin = path.join(base, `llvm-${version}`, 'bin');
    const clang = path.join(bin, 'clang');
    const ld = path.join(bin, 'wasm-ld');
    if (fs.existsSync(clang) && fs.existsSync(ld)) return { clang, ld, bin, version };
  }
  return undefined;
}

/** Names of the toolchains this machine has, the preferred first; RUMPUS_TOOLCHAIN asks for one. */
export function availableToolchains(root) {
  const names = [];
  const wanted = process.env.RUMPUS_TOOLCHAIN;
  if (findClang() !== undefined) {
    if (which('emcc') !== undefined && which('wasm-opt') !== undefined) names.push('emcc');
    names.push('clang');
  }
  if (fs.existsSync(path.join(root, 'node_modules/@yowasp/clang'))) names.push('yowasp');
  return wanted !== undefined && names.includes(wanted) ? [wanted, ...names.filter((n) => n !== wanted)] : names;
}

/** EM_CONFIG that points emscripten at the clang we want. */
function writeEmConfig(outDir, bin) {
  const file = path.join(outDir, 'emscripten.cfg');
  const text = `EMSCRIPTEN_ROOT = '${path.dirname(fs.realpathSync(which('emcc')))}'
LLVM_ROOT = '${bin}'
BINARYEN_ROOT = '${path.dirname(path.dirname(which('wasm-opt')))}'
NODE_JS = '${process.execPath}'
CACHE = '${path.join(outDir, 'emscripten-cache')}'
`;
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) fs.writeFileSync(file, text);
  return file;
}

/** emcc is one file for emscripten in Debian: /usr/share/emscripten/emcc.py, linked from /usr/bin. */
function emccToolchain(outDir) {
  const { bin, ld } = findClang();
  const env = { ...process.env, EM_CONFIG: writeEmConfig(outDir, bin), EMCC_SKIP_SANITY_CHECK: '1' };
  return {
    name: 'emcc',
    jobs: 2,
    compile: async (flags, source, object, depfile, cwd) => {
      const args = ['-Wno-version-check', ...flags, '-MMD', '-MF', depfile, '-c', source, '-o', object];
      const { code, output } = await run('emcc', args, { cwd, env });
      return { code, output: output.replace(/^(cache:INFO|emcc: error: ').*\n?/gm, '') };
    },
    link: (args, cwd) => run(ld, args, { cwd }),
    optimizer: which('wasm-opt'),
  };
}

function clangToolchain() {
  const { clang, ld } = findClang();
  return {
    name: 'clang',
    jobs: 2,
    compile: (flags, source, object, depfile, cwd) =>
      run(clang, ['--target=wasm32', ...flags, '-MMD', '-MF', depfile, '-c', source, '-o', object], { cwd }),
    link: (args, cwd) => run(ld, args, { cwd }),
    optimizer: which('wasm-opt'),
  };
}

/** @returns {{name, jobs, compile, link, optimizer}} */
export async function toolchain(name, root, outDir) {
  fs.mkdirSync(outDir, { recursive: true });
  if (name === 'emcc') return emccToolchain(outDir);
  if (name === 'clang') return clangToolchain();
  const { yowaspToolchain } = await import('./toolchain_yowasp.mjs');
  return yowaspToolchain(root);
}
