// SPDX-License-Identifier: BSD-2-Clause
import { O_RDONLY } from '../librump/constants.gen.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { PROGRAMS } from '../program_table.ts';
import type { Shell } from './shell.ts';

export interface ResolvedProgram {
  readonly argv: readonly string[];
  readonly missing: { readonly message: string; readonly status: number } | undefined;
}

/**
 * Find what a command name runs: a program of the table by its name or as /bin/NAME, /sbin/NAME; else a shell script
 * in the file system, by path or along PATH. There is no exec in a rump kernel, so a file is only ever a script.
 */
export function resolveProgram(shell: Shell, fields: readonly string[]): ResolvedProgram {
  const name = fields[0] ?? '';
  if (!name.includes('/')) {
    if (PROGRAMS.has(name)) return { argv: fields, missing: undefined };
    for (const dir of (shell.vars.get('PATH') ?? '').split(':')) {
      const path = `${dir === '' ? '.' : dir}/${name}`;
      if (isScript(shell, path) === 'yes') return { argv: ['sh', path, ...fields.slice(1)], missing: undefined };
    }
    return { argv: fields, missing: { message: `${name}: not found`, status: 127 } };
  }
  const kind = isScript(shell, name);
  if (kind === 'yes') return { argv: ['sh', name, ...fields.slice(1)], missing: undefined };
  const m = /^(?:\/usr)?\/s?bin\/([^/]+)$/.exec(name);
  if (kind === 'none' && m && PROGRAMS.has(m[1] as string)) return { argv: fields, missing: undefined };
  if (kind === 'none') return { argv: fields, missing: { message: `${name}: not found`, status: 127 } };
  return { argv: fields, missing: { message: `${name}: ${kind}`, status: 126 } };
}

/** 'yes', 'none' when there is no such file, or why it cannot run. */
function isScript(shell: Shell, path: string): string {
  try {
    const st = shell.sys.stat(path);
    if ((st.mode & 0o170000) === 0o040000) return 'Is a directory';
    if ((st.mode & 0o170000) !== 0o100000 || (st.mode & 0o111) === 0) return 'Permission denied';
    const fd = shell.sys.open(path, O_RDONLY);
    const head = shell.sys.read(fd, 4);
    shell.sys.close(fd);
    // ELF, gzip and other binaries hold a NUL or a high byte early.
    return head.some((b) => b === 0 || b > 0x7e) ? 'Exec format error' : 'yes';
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    return error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'none' : error.message;
  }
}

/** Where the program would live on a NetBSD system, for `type` and `command -v`. */
export function programPath(name: string): string | undefined {
  const entry = PROGRAMS.get(name);
  return entry === undefined ? undefined : `/${entry.dir}/${name}`;
}
