// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): parameters. */
import { EINVAL, ENOENT, ERANGE } from './errno.gen.ts';
import type { HostKernel } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';

/** Value of a parameter, or an errno. */
export function lookupParam(params: Readonly<Record<string, string>>, name: string): string | number {
  if (name === '_RUMPUSER_NCPU') return params['_RUMPUSER_NCPU'] ?? params['RUMP_NCPU'] ?? '2';
  if (name === '_RUMPUSER_HOSTNAME') return params['_RUMPUSER_HOSTNAME'] ?? 'rumpus';
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  if (value !== undefined) return value;
  return name.startsWith('_') ? EINVAL : ENOENT;
}

export function rumpuserParam(k: HostKernel): Pick<RumpuserImports, 'rumpuser_getparam'> {
  return {
    /**
     * A parameter of the kernel by name; names that begin with `_` always exist.
     * @param name    NUL-terminated
     * @param buf     out: NUL-terminated value
     * @param buflen  room in bytes, NUL included
     * @returns 0, ENOENT not set, EINVAL unknown mandatory name, ERANGE does not fit
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_getparam(name, buf, buflen) {
      const value = lookupParam(k.params, k.memory.cstring(name));
      if (typeof value === 'number') return value;
      return k.memory.putCstring(buf, buflen >>> 0, value) ? 0 : ERANGE;
    },
  };
}
