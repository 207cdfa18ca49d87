// SPDX-License-Identifier: BSD-2-Clause
/** Builds the border test kernel: buildBorder({threads}) -> path of the module, out/test/border[-own].wasm. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { availableToolchains, COMPILE_FLAGS, LINK_FLAGS, toolchain, WARNING_FLAGS } from '../../build/toolchain.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../..');
const OUT = path.join(ROOT, 'out/test');
const EXPORTS = ['__stack_pointer', '__wasm_init_tls', '__tls_size', '__tls_align', '__wasm_call_ctors', '__heap_base'];

/** own: a kernel as another author may build it, with a memory of its own, unshared, and imports from `env`. */
export async function buildBorder({ own = false } = {}) {
  const name = own ? 'border-own' : 'border';
  const output = path.join(OUT, `${name}.wasm`);
  const sources = fs.readdirSync(HERE).filter((file) => file.endsWith('.c'));
  const inputs = [
    ...fs.readdirSync(HERE).map((file) => path.join(HERE, file)),
    path.join(ROOT, 'kernel-wasm/include/rump/rumpuser.gen.h'),
  ];
  const newest = Math.max(...inputs.map((file) => fs.statSync(file).mtimeMs));
  if (fs.existsSync(output) && fs.statSync(output).mtimeMs > newest) return output;
  const [found] = availableToolchains(ROOT).filter((tool) => tool !== 'emcc');
  if (found === undefined) throw new Error('no clang: run npm start once');
  const tool = await toolchain(found, ROOT, OUT);
  const flags = own ? COMPILE_FLAGS.filter((flag) => flag !== '-matomics') : COMPILE_FLAGS;
  const imports = own ? ['-DRUMP_IMPORT(m,n)=__attribute__((__import_module__("env"),__import_name__(n)))'] : [];
  const objects = [];
  for (const source of sources) {
    const object = path.join(OUT, `${name}-${source}.o`);
    const all = [...flags, ...WARNING_FLAGS, ...imports, '-O2', '-g', '-I', path.join(ROOT, 'kernel-wasm/include')];
    const { code, output: text } = await tool.compile(all, path.join(HERE, source), object, `${object}.d`, ROOT);
    if (code !== 0) throw new Error(text);
    objects.push(object);
  }
  const shared = own
    ? ['--export-table', '--export-memory', '--no-entry', '-z', 'stack-size=65536', '--stack-first']
    : LINK_FLAGS;
  const exported = (own ? ['__stack_pointer', '__heap_base', '__wasm_call_ctors'] : EXPORTS).map(
    (symbol) => `--export=${symbol}`,
  );
  const { code, output: text } = await tool.link([...shared, ...exported, '-o', output, ...objects], ROOT);
  if (code !== 0) throw new Error(text);
  return output;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await buildBorder());
  console.log(await buildBorder({ own: true }));
}
