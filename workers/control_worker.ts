// SPDX-License-Identifier: BSD-2-Clause
/**
 * The control thread: first instance of the kernel, calls rump_init, then serves the host's requests one by one.
 * Event-driven between requests, may block inside one.
 */
import { type HostKernel, KernelExit } from '../hypercall-js/host_kernel.ts';
import { type LoadedKernel, loadKernel, makeKernelMemory } from '../hypercall-js/loader.ts';
import { H_STATE, KS_RUNNING } from '../hypercall-js/mailbox.ts';
import { flushPutchar } from '../hypercall-js/rumpuser_cons.ts';
import { reapLwp, reboot } from './kernel_calls.ts';
import type { ControlAnswer, ControlCall, ControlOp, InitMessage } from './protocol.ts';
import { dieOf, hostKernelOf } from './thread_worker.ts';

type Post = (answer: ControlAnswer) => void;

export class ControlThread {
  private constructor(
    private readonly k: HostKernel,
    private readonly loaded: LoadedKernel,
    private readonly post: Post,
  ) {}

  /** Load and boot; answers 'loaded' and 'booted'. Undefined when the kernel died of it. */
  static boot(init: InitMessage, post: Post): ControlThread | undefined {
    const k = hostKernelOf(init);
    try {
      const start = performance.now();
      const memory =
        init.unshared?.limits === undefined ? init.memory : makeKernelMemory(init.unshared.bytes, init.unshared.limits);
      const loaded = loadKernel(k, {
        module: init.module,
        memory,
        first: true,
        trace: init.trace,
        ownMemoryBytes: init.unshared?.bytes ?? 0,
      });
      const ready = performance.now();
      post({ type: 'loaded', ms: ready - start });
      const errno = Number(loaded.exports['rump_init']?.() ?? 0);
      flushPutchar(k);
      if (errno === 0) k.mailbox.publish(H_STATE, KS_RUNNING);
      post({ type: 'booted', errno, ms: performance.now() - ready });
      return new ControlThread(k, loaded, post);
    } catch (error) {
      dieOf(k, error);
      return undefined;
    }
  }

  serve(message: ControlCall): void {
    try {
      this.post({ type: 'done', id: message.id, value: this.perform(message.call) });
    } catch (error) {
      if (error instanceof KernelExit) {
        this.post({ type: 'done', id: message.id, value: 0 });
      } else if (error instanceof WebAssembly.RuntimeError) {
        dieOf(this.k, error);
      } else {
        this.post({ type: 'failed', id: message.id, message: error instanceof Error ? error.message : String(error) });
      }
    }
    flushPutchar(this.k);
  }

  private perform(call: ControlOp): number | bigint {
    switch (call.op) {
      case 'etfsRegister':
        return this.withStrings([call.key, call.hostpath], (key, path) =>
          this.entry('rump_pub_etfs_register')(key, path, call.kind),
        );
      case 'etfsRemove':
        return this.withStrings([call.key], (key) => this.entry('rump_pub_etfs_remove')(key));
      case 'reap':
        reapLwp(this.loaded, call.lwp);
        return 0;
      case 'call':
        return this.entry(call.name)(...call.args);
      case 'halt':
        return reboot(this.k, this.loaded);
    }
  }

  private entry(name: string): (...args: (number | bigint)[]) => number | bigint {
    const f = this.loaded.exports[name];
    if (typeof f !== 'function') throw new Error(`the kernel has no ${name}`);
    return (...args) => f(...args) ?? 0;
  }

  private withStrings(texts: readonly string[], body: (...ptrs: number[]) => number | bigint): number | bigint {
    const ptrs = texts.map((text) => {
      const room = text.length * 4 + 1;
      const ptr = this.k.heap.alloc(room, 16);
      this.k.memory.putCstring(ptr, room, text);
      return ptr;
    });
    try {
      return body(...ptrs);
    } finally {
      for (const ptr of ptrs) this.k.heap.free(ptr);
    }
  }
}
