// SPDX-License-Identifier: BSD-2-Clause
/**
 * rumpuser(3): system call proxy. Remote clients are not served yet; every call answers EOPNOTSUPP (45), so that
 * rump_init_server() fails with it and nothing else of the kernel is concerned.
 *
 * All of them: @returns EOPNOTSUPP  @blocks no  @context kept  @worker any
 */
import { EOPNOTSUPP } from './errno.gen.ts';
import type { RumpuserImports } from './imports.gen.ts';

type Calls = Pick<
  RumpuserImports,
  | 'rumpuser_sp_init'
  | 'rumpuser_sp_copyin'
  | 'rumpuser_sp_copyinstr'
  | 'rumpuser_sp_copyout'
  | 'rumpuser_sp_copyoutstr'
  | 'rumpuser_sp_anonmmap'
  | 'rumpuser_sp_raise'
  | 'rumpuser_sp_fini'
>;

const unsupported = (): number => EOPNOTSUPP;

export function rumpuserSp(): Calls {
  return {
    rumpuser_sp_init: unsupported,
    rumpuser_sp_copyin: unsupported,
    rumpuser_sp_copyinstr: unsupported,
    rumpuser_sp_copyout: unsupported,
    rumpuser_sp_copyoutstr: unsupported,
    rumpuser_sp_anonmmap: unsupported,
    rumpuser_sp_raise: unsupported,
    rumpuser_sp_fini: () => undefined,
  };
}
