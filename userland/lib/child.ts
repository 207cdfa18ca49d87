// SPDX-License-Identifier: BSD-2-Clause
import type { ProcessEvent } from '../abi.ts';
import type { ProgramContext } from './program_context.ts';

/**
 * Start a program as a child process: rfork with a copied descriptor table, `prepare` with the child current (to set
 * descriptors), back to the parent, hand the child to the host. Returns its pid.
 */
export function spawnChild(
  ctx: ProgramContext,
  argv: readonly string[],
  prepare?: () => void,
  state?: unknown,
): number {
  const { sys } = ctx;
  ctx.out.flush();
  const parent = sys.curlwp();
  sys.signals.hold();
  try {
    const lwp = sys.rfork('copy');
    let pid: number;
    try {
      pid = sys.getpid();
      sys.execNotify(argv[0] ?? '');
      prepare?.();
    } catch (error) {
      sys.releaseLwp();
      sys.switchLwp(parent);
      throw error;
    }
    sys.switchLwp(parent);
    try {
      ctx.host.spawn({ lwp, pid, argv, env: Object.fromEntries(ctx.env), state });
    } catch (error) {
      sys.switchLwp(lwp);
      sys.releaseLwp();
      sys.switchLwp(parent);
      throw error;
    }
    return pid;
  } finally {
    sys.signals.release();
  }
}

/** Wait for the end of a child; its status as a shell counts it (128 + signal). */
export function waitChild(ctx: ProgramContext, pid: number): number {
  for (;;) {
    const event: ProcessEvent | undefined = ctx.host.wait(pid, true);
    if (event === undefined) {
      if (ctx.sys.signals.deliver() === 'none') return 127;
    } else if (event.kind === 'exited') return event.status;
    else if (event.kind === 'signaled') return 128 + event.signal;
  }
}
