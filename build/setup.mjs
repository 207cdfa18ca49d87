// SPDX-License-Identifier: BSD-2-Clause
/**
 * Install what a section of the work needs. Runs with no npm package present.
 *
 * A Debian package is asked for only when the file that stands for it is missing, and installed
 * only by root; otherwise the command to type is printed.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** need -> [Debian package, a file that proves it] */
const PACKAGES = {
  toolchain: [
    ['emscripten', '/usr/bin/emcc'],
    ['binaryen', '/usr/bin/wasm-opt'],
    ['clang-19', '/usr/bin/clang-19'],
    ['lld-19', '/usr/bin/wasm-ld-19'],
  ],
  native: [
    ['clang-19', '/usr/bin/clang-19'],
    ['libclang-rt-19-dev', '/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-x86_64.a'],
    ['llvm-19', '/usr/bin/llvm-symbolizer-19'],
    ['libc6-dev', '/usr/include/stdio.h'],
    ['make', '/usr/bin/make'],
  ],
  images: [
    ['makefs', '/usr/sbin/makefs'],
    ['genisoimage', '/usr/bin/genisoimage'],
    ['xorriso', '/usr/bin/xorriso'],
    ['xz-utils', '/usr/bin/xz'],
    ['e2fsprogs', '/sbin/mke2fs'],
    ['dosfstools', '/sbin/mkfs.fat'],
    ['mtools', '/usr/bin/mtools'],
    ['sleuthkit', '/usr/bin/tsk_recover'],
    ['fdisk', '/usr/sbin/sfdisk'],
    ['gdisk', '/usr/sbin/sgdisk'],
    ['qemu-utils', '/usr/bin/qemu-img'],
    ['zstd', '/usr/bin/zstd'],
    ['zip', '/usr/bin/zip'],
  ],
  browser: [['chromium', '/usr/bin/chromium']],
  firefox: [['firefox-esr', '/usr/bin/firefox-esr']],
};

export function step(text) {
  console.log(`\n== ${text}`);
}

/** Stop with a clear word when Node is too old. */
export function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 20) return;
  console.error(`Rumpus needs Node 20 or later; this is ${process.version}.`);
  process.exit(1);
}

/** npm ci when there are no packages or the lock file is newer than they are. */
export function ensureNpm() {
  const installed = path.join(ROOT, 'node_modules/.package-lock.json');
  const lock = path.join(ROOT, 'package-lock.json');
  const stamp = fs.statSync(installed, { throwIfNoEntry: false });
  if (stamp !== undefined && stamp.mtimeMs >= fs.statSync(lock).mtimeMs - 60_000) return;
  step('Installing npm packages');
  const npm = (verb) =>
    spawnSync('npm', [verb, '--no-audit', '--no-fund'], { cwd: ROOT, stdio: 'inherit' }).status === 0;
  if (npm('ci')) return;
  console.log('npm ci refused; trying npm install');
  if (npm('install')) return;
  console.error('The npm packages could not be installed.');
  process.exit(1);
}

function missing(needs) {
  const packages = new Set();
  for (const need of needs) {
    for (const [name, proof] of PACKAGES[need]) if (!fs.existsSync(proof)) packages.add(name);
  }
  return [...packages];
}

/**
 * Make sure the Debian packages of `needs` are there.
 * @returns {boolean} false when something is still missing (what to type was printed)
 */
export function ensureDebian(...needs) {
  const packages = missing(needs);
  if (packages.length === 0) return true;
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !fs.existsSync('/usr/bin/apt-get')) {
    console.log(`Not installed: ${packages.join(', ')}.`);
    console.log(`  As root, type:  ${command}`);
    return false;
  }
  step(`Installing Debian packages: ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  spawnSync('apt-get', command.split(' ').slice(1), { stdio: 'inherit', env });
  const still = missing(needs);
  if (still.length > 0) console.log(`Still missing: ${still.join(', ')}.`);
  return still.length === 0;
}
