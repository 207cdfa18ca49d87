// SPDX-License-Identifier: BSD-2-Clause
/** clang and wasm-ld as wasm, from npm: builds the kernel where nothing but Node is installed. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** Compilers that run beside each other; each holds some 400 MB. */
const LANES = Math.max(1, Math.min(4, os.availableParallelism()));

/** Stands for the source in the compiler's command line. */
const TEMPLATE = 'kernel-wasm/template.c';

/** The toolchain as build/toolchain.mjs wants it: compiling in workers, linking here. */
export function yowaspToolchain(root) {
  const lanes = [];
  const idle = [];
  const compile = (...job) => {
    let worker = idle.pop();
    if (worker === undefined) {
      worker = new Worker(new URL('./yowasp.worker.mjs', import.meta.url), { workerData: { root } });
      lanes.push(worker);
    }
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (result) => {
        worker.removeListener('error', reject);
        worker.unref();
        idle.push(worker);
        resolve(result);
      });
      worker.ref();
      worker.postMessage(job);
    });
  };
  let linker;
  return {
    name: 'yowasp',
    jobs: LANES,
    compile: (flags, source, object, depfile) => compile(flags, source, object, depfile),
    link: async (args, cwd) => {
      linker ??= await yowaspTools(root);
      return linker.link(args, cwd);
    },
    close: () => Promise.all(lanes.map((worker) => worker.terminate())),
    optimizer: undefined,
  };
}

/** Compiler and linker in this thread. */
export async function yowaspTools(root) {
  const { runLLVM } = await import('@yowasp/clang');
  const headers = readTree(path.join(root, 'kernel-wasm'), (name) => name.endsWith('.h'));
  const commands = new Map();
  /** The compiler sees the checkout as its root folder. */
  const inside = (name) => (path.isAbsolute(name) ? path.relative(root, name) : name);
  const compile = async (flags, source, object, depfile, options) => {
    const local = flags.map(inside);
    const key = local.join('\0');
    if (!commands.has(key)) commands.set(key, await compilerCommand(runLLVM, local));
    const tree = { 'kernel-wasm': structuredClone(headers) };
    plantFolder(tree, root, path.dirname(source));
    const names = { [TEMPLATE]: source, 'out.target': object };
    const files = await runLLVM(
      commands.get(key).map((arg) => names[arg] ?? arg),
      tree,
      options,
    );
    fs.writeFileSync(path.resolve(root, object), files['out.o']);
    fs.writeFileSync(path.resolve(root, depfile), files['out.d']);
  };
  return {
    compile: (flags, source, object, depfile) =>
      capture((options) => compile(flags, inside(source), inside(object), inside(depfile), options)),
    link: (args, cwd) =>
      capture(async (options) => {
        const output = args[args.indexOf('-o') + 1];
        const tree = {};
        const flat = args.map((arg) => {
          if (!arg.endsWith('.o')) return arg;
          plant(tree, inside(arg), fs.readFileSync(path.resolve(cwd, arg)));
          return inside(arg);
        });
        flat[flat.indexOf('-o') + 1] = 'out.wasm';
        const files = await runLLVM(['wasm-ld', ...flat], tree, options);
        fs.writeFileSync(path.resolve(cwd, output), files['out.wasm']);
      }),
  };
}

/** What the driver would run: asked once, since it costs as much as compiling a file. */
async function compilerCommand(runLLVM, flags) {
  const args = [
    '--target=wasm32',
    ...flags,
    '-MMD',
    '-MF',
    'out.d',
    '-MT',
    'out.target',
    '-c',
    TEMPLATE,
    '-o',
    'out.o',
  ];
  let output = '';
  const decoder = new TextDecoder();
  const take = (bytes) => {
    if (bytes !== null) output += decoder.decode(bytes, { stream: true });
  };
  await runLLVM(['clang', '-###', ...args], { 'kernel-wasm': { 'template.c': '' } }, { stdout: take, stderr: take });
  const line = output.split('\n').find((l) => l.startsWith(' "') && l.includes('-cc1'));
  if (line === undefined) throw new Error(`clang -### said\n${output}`);
  const words = Array.from(line.matchAll(/"((?:[^"\\]|\\.)*)"/g), (m) => m[1].replaceAll(/\\(.)/g, '$1'));
  return words[0] === '' ? words.slice(1) : words;
}

/** Run `body` with its output collected; an Exit of the tool becomes its exit code. */
async function capture(body) {
  let output = '';
  const decoder = new TextDecoder();
  const take = (bytes) => {
    if (bytes !== null) output += decoder.decode(bytes, { stream: true });
  };
  try {
    await body({ stdout: take, stderr: take, fetchProgress: () => {} });
    return { code: 0, output };
  } catch (error) {
    if (typeof error?.code === 'number') return { code: error.code, output };
    throw error;
  }
}

/** Put a file into a nested tree of folders. */
function plant(tree, name, bytes) {
  const parts = name.split('/');
  let folder = tree;
  for (const part of parts.slice(0, -1)) {
    folder[part] ??= {};
    folder = folder[part];
  }
  folder[parts.at(-1)] = new Uint8Array(bytes);
}

/** The sources and headers of one folder. */
function plantFolder(tree, root, folder) {
  for (const name of fs.readdirSync(path.join(root, folder))) {
    if (/\.[ch]$/.test(name)) plant(tree, `${folder}/${name}`, fs.readFileSync(path.join(root, folder, name)));
  }
}

function readTree(dir, wanted) {
  const tree = {};
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) tree[entry.name] = readTree(file, wanted);
    else if (wanted(entry.name)) tree[entry.name] = new Uint8Array(fs.readFileSync(file));
  }
  return tree;
}
