// SPDX-License-Identifier: BSD-2-Clause
/** The rules of npm run check that are ours: each returns a list of faults, one a line. */
import fs from 'node:fs';
import path from 'node:path';
import { syscallRows } from './gen/syscall_rows.mjs';
import { ROOT } from './setup.mjs';

const FILE_CEILING = 600;
const FUNCTION_CEILING = 60;
const CODE_FOLDERS = ['kernel-wasm', 'hypercall-js', 'workers', 'userland', 'web', 'cli', 'build', 'e2e', 'bench'];
const HYPERCALL_TAGS = ['@blocks', '@context'];

const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const json = (name) => JSON.parse(read(name));
const isGenerated = (name) => /\.gen\.[a-z]+$/.test(name) || name === 'kernel-wasm/include/rump/rump_syscalls.h';

/** Files below a folder, relative to the root. */
function walk(folder) {
  const full = path.join(ROOT, folder);
  if (!fs.existsSync(full)) return [];
  return fs.readdirSync(full, { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.name === 'node_modules' || entry.name === 'out' || entry.name.startsWith('.')) return [];
    return entry.isDirectory() ? walk(name) : [name];
  });
}

const sources = (pattern) => CODE_FOLDERS.flatMap(walk).filter((name) => pattern.test(name));

export function checkImports() {
  const rules = json('build/import_rules.json');
  const faults = [];
  for (const name of sources(/\.[ch]$/)) {
    for (const m of read(name).matchAll(/^\s*#\s*include\s+[<"]([^>"]+)[>"]/gm)) {
      const rule = rules.c.find((r) => r.header === m[1]);
      if (rule !== undefined && !rule.allow.some((a) => name.startsWith(a))) {
        faults.push(`${name}: includes ${m[1]} (${rule.why})`);
      }
    }
  }
  for (const name of sources(/(?<!\.test)\.tsx?$/)) {
    if (isGenerated(name) || name.includes('/testing/')) continue;
    const text = read(name);
    for (const m of text.matchAll(/^\s*(?:import|export)[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm)) {
      const target = m[1] ?? m[2];
      for (const rule of rules.ts.filter((r) => name.startsWith(r.from))) {
        const hit = rule.deny.find(
          (d) =>
            target === d ||
            target.startsWith(d.endsWith('/') || d.endsWith(':') ? d : `${d}/`) ||
            (d.startsWith('/') && target.includes(d)),
        );
        if (hit !== undefined) faults.push(`${name}: imports ${target} (${rule.why})`);
      }
    }
    if (!rules.dom.folders.some((f) => name.startsWith(f))) continue;
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    for (const word of rules.dom.names) if (code.includes(word)) faults.push(`${name}: uses ${word} (no DOM here)`);
  }
  return faults;
}

/** Functions of a KNF source longer than the ceiling: [name, lines]. */
function longFunctions(text) {
  const lines = text.split('\n');
  const found = [];
  let start = -1;
  for (let i = 0; i < lines.length; i++) {
    if (lines[i] === '{') start = i;
    if (lines[i] !== '}' || start < 0) continue;
    const size = i - start - 1;
    if (size > FUNCTION_CEILING) found.push([functionName(lines, start), size]);
    start = -1;
  }
  return found;
}

function functionName(lines, brace) {
  for (let i = brace - 1; i >= 0 && i > brace - 8; i--) {
    const m = /^(?:[\w*\s]*\s\*?)?(\w+)\(/.exec(lines[i]);
    if (m) return m[1];
  }
  return `line ${brace + 1}`;
}

export function checkSizes() {
  const exceptions = json('build/check_exceptions.json');
  const faults = [];
  const seen = new Set();
  const report = (key, list, text) => {
    seen.add(key);
    if (!exceptions[list].includes(key)) faults.push(text);
  };
  let xxx = 0;
  for (const name of sources(/\.([ch]|tsx?|mjs|css)$/)) {
    if (isGenerated(name)) continue;
    const text = read(name);
    const lines = text.split('\n').length;
    if (!name.startsWith('build/check')) xxx += (text.match(/\bXXX\b/g) ?? []).length;
    if (lines > FILE_CEILING) report(name, 'longFiles', `${name}: ${lines} lines (ceiling ${FILE_CEILING})`);
    if (!name.endsWith('.c')) continue;
    for (const [fn, size] of longFunctions(text)) {
      report(`${name}:${fn}`, 'longFunctions', `${name}: ${fn}() has ${size} lines (ceiling ${FUNCTION_CEILING})`);
    }
  }
  for (const list of ['longFiles', 'longFunctions']) {
    for (const key of exceptions[list])
      if (!seen.has(key)) faults.push(`${key}: within the ceiling now, strike it from ${list}`);
  }
  if (xxx > exceptions.xxx) faults.push(`${xxx} debt marks, ${exceptions.xxx} are allowed`);
  return faults;
}

export function checkLicence() {
  return sources(/\.([ch]|tsx?|mjs|master)$/)
    .filter((name) => !read(name).slice(0, 200).includes('SPDX-License-Identifier: BSD-2-Clause'))
    .map((name) => `${name}: no SPDX line`);
}

/** Paths in backquotes in documents, and links, must exist. */
export function checkDocs() {
  const docs = [
    ...fs.readdirSync(ROOT).filter((n) => n.endsWith('.md')),
    ...walk('docs'),
    ...CODE_FOLDERS.flatMap(walk),
  ].filter((n) => n.endsWith('.md'));
  const faults = [];
  for (const doc of docs) {
    for (const m of read(doc).matchAll(/`([\w.@-]+(?:\/[\w.@-]+)+\/?)`|\]\((?!https?:|#)([^)#\s]+)/g)) {
      const target = m[1] ?? m[2];
      if (/^(out|dist|node_modules)\//.test(target) || !isRepositoryPath(target)) continue;
      const here = path.join(ROOT, path.dirname(doc), target);
      if (!fs.existsSync(path.join(ROOT, target)) && !fs.existsSync(here))
        faults.push(`${doc}: ${target} does not exist`);
    }
  }
  return faults;
}

function isRepositoryPath(target) {
  const top = target.split('/')[0];
  return (
    [...CODE_FOLDERS, 'docs', 'public', '.ci'].includes(top) || target.startsWith('../') || target.startsWith('./')
  );
}

/** Every hypercall implementation says whether it blocks and what it does with the CPU. */
export function checkHypercallTags() {
  const faults = [];
  const names = new Set();
  for (const master of ['rumpuser', 'rumpcomp']) {
    for (const line of read(`kernel-wasm/abi/${master}.master`).split('\n')) {
      if (/^\w+\t/.test(line)) names.add(`${master}_${line.split('\t')[0]}`);
    }
  }
  for (const name of sources(/^hypercall-js\/rump(user|comp)_\w+\.ts$/)) {
    if (name.endsWith('.test.ts')) continue;
    const text = read(name);
    // A file may say it once for all its calls, in its head.
    const head = /\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? '';
    const common = head.includes('All of them:') ? head : '';
    for (const m of text.matchAll(
      /(?:^|\n)\s*(\/\*\*(?:(?!\*\/)[\s\S])*?\*\/)?\s*(?:export function |function |const )?(rump(?:user|comp)_\w+)\s*[(:=]/g,
    )) {
      if (!names.has(m[2])) continue;
      const missing = HYPERCALL_TAGS.filter((tag) => !(m[1] ?? '').includes(tag) && !common.includes(tag));
      if (missing.length > 0) faults.push(`${name}: ${m[2]} lacks ${missing.join(' and ')}`);
    }
  }
  return faults;
}

/** Every system call of a linked faction has a handler, but for the listed ones, which answer ENOSYS. */
export function checkHandlers() {
  const expected = new Set(json('build/check_exceptions.json').missingHandlers);
  const defined = new Set();
  for (const name of walk('kernel-wasm').filter((n) => n.endsWith('.c') && !isGenerated(n))) {
    for (const m of read(name).matchAll(/^(?:int\s+)?(sys_\w+)\(/gm)) defined.add(m[1]);
  }
  const faults = [];
  for (const r of syscallRows(path.join(ROOT, 'kernel-wasm/abi'))) {
    const handler = `sys_${r.kname}`;
    if (!r.inTable || r.faction === 'N' || defined.has(handler) !== expected.has(handler)) continue;
    if (expected.has(handler)) faults.push(`${handler} is written, strike it from missingHandlers`);
    else faults.push(`${handler} (${r.number}, faction ${r.faction}) is not written: it answers ENOSYS`);
  }
  return faults;
}
