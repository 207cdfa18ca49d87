// SPDX-License-Identifier: BSD-2-Clause
/** What a kernel module lacks against docs/kernel-abi.md, by name, and what can be done with it all the same. */
import { HYPERCALLS } from './imports.gen.ts';

export interface ModuleReport {
  /** Imports this host does not know: `module.name (kind)`. Unknown functions are stubs that end the kernel when called. */
  readonly missingImports: readonly string[];
  /** Exports the host needs and does not find. */
  readonly missingExports: readonly string[];
  readonly can: {
    /** Instantiated and rump_init called. */
    readonly boot: boolean;
    /** Kernel threads (shared memory, TLS, stack pointer, table). */
    readonly threads: boolean;
    /** Processes and system calls, as the shell needs them. */
    readonly shell: boolean;
    /** Block devices (rump_pub_etfs_register). */
    readonly disks: boolean;
    /** Functions that can be called by link name. */
    readonly symbols: readonly string[];
  };
}

const BOOT = ['rump_init'];
const TABLE = '__indirect_function_table';
const THREADS = ['__stack_pointer', '__wasm_init_tls', '__tls_size', TABLE];
const SHELL = [
  'rump_syscall',
  'rump_pub_lwproc_rfork',
  'rump_pub_lwproc_curlwp',
  'rump_pub_lwproc_switch',
  'rump_pub_lwproc_releaselwp',
];
const DISKS = ['rump_pub_etfs_register', 'rump_pub_etfs_remove'];

const KNOWN = new Set(HYPERCALLS.map((call) => call.name));

/** Compare a module with the border. */
export function inspectModule(module: WebAssembly.Module): ModuleReport {
  const exported = new Map(WebAssembly.Module.exports(module).map((e) => [e.name, e.kind]));
  const imports = WebAssembly.Module.imports(module);
  const unknown = imports.filter((i) => !(i.kind === 'function' && KNOWN.has(i.name)) && i.kind !== 'memory');
  const has = (names: readonly string[]): boolean => names.every((name) => exported.has(name));
  const ownMemory = !imports.some((i) => i.kind === 'memory');
  const missingExports = [...BOOT, ...THREADS, ...SHELL, ...DISKS].filter((name) => !exported.has(name));
  if (ownMemory && !exported.has('memory')) missingExports.push('memory');
  return {
    missingImports: unknown.map((i) => `${i.module}.${i.name} (${i.kind})`),
    missingExports,
    can: {
      boot:
        has(BOOT) &&
        exported.has(TABLE) &&
        unknown.every((i) => i.kind === 'function') &&
        (!ownMemory || exported.has('memory')),
      threads: has(THREADS) && !ownMemory,
      shell: has(SHELL),
      disks: has(DISKS),
      symbols: [...exported]
        .filter(([, kind]) => kind === 'function')
        .map(([name]) => name)
        .sort(),
    },
  };
}
