// SPDX-License-Identifier: BSD-2-Clause
/** The kernel host of workers/, in the shape the page uses. */

import { bootKernel, inspectModule, type Kernel } from '../workers/kernel_host';
import { browserPlatform } from '../workers/platform_browser';
import type { KernelHandle, KernelHost, KernelOptions, KernelTerminal, Wedge } from './kernel_api';

const STAGES: Record<string, string> = {
  compile: 'compiled',
  workers: 'workers started',
  load: 'first instance',
  rump_init: 'rump_init',
};

async function openTerminal(kernel: Kernel, size: { cols: number; rows: number }): Promise<KernelTerminal> {
  const terminal = await kernel.openTerminal(size);
  return {
    write: (bytes) => terminal.write(bytes),
    onData: (listener) => terminal.onData(listener),
    resize: (cols, rows) => terminal.resize(cols, rows),
    onExit: (listener) => terminal.onExit(listener),
    close: async () => terminal.close(),
  };
}

const WEDGE = /^(dk\d+): (.*), (\d+) blocks at \d+, type: (.*)$/;

/** As dkctl(8) lists them. */
async function wedges(kernel: Kernel, disk: string): Promise<Wedge[]> {
  let text = '';
  const decoder = new TextDecoder();
  await kernel.run({
    argv: ['sh', '-c', `dkctl ${disk} listwedges`],
    onStdout: (bytes) => {
      text += decoder.decode(bytes, { stream: true });
    },
    onStderr: () => undefined,
  });
  return text.split('\n').flatMap((line) => {
    const [, device = '', name = '', blocks = '', type = ''] = WEDGE.exec(line) ?? [];
    return device === '' ? [] : [{ device, name, type, size: Number(blocks) * 512 }];
  });
}

function handleOf(kernel: Kernel): KernelHandle {
  return {
    attachDisk: async (request) => void (await kernel.attachDisk(request)),
    detachDisk: (name) => kernel.detachDisk(name),
    viewDisk: (name) => kernel.viewDisk(name),
    wedges: (disk) => wedges(kernel, disk),
    snapshotDisk: (name, snapshot) => kernel.snapshotDisk(name, snapshot),
    openTerminal: (size) => openTerminal(kernel, size),
    callSymbol: async (name, args) => String(await kernel.callSymbol(name, args)),
    stats: async () => ({ ...kernel.stats(), hypercalls: undefined }),
    halt: () => kernel.halt(),
    dispose: () => void kernel.dispose(),
  };
}

export function realKernelHost(): KernelHost {
  return {
    inspect: inspectModule,
    boot: async (options: KernelOptions) => {
      const kernel = await bootKernel({
        platform: browserPlatform(),
        kernel: options.raw ?? options.module,
        ncpu: options.ncpu,
        params: options.params,
        programs: options.shell ? 1 : 0,
        ...(options.memoryMiB === undefined ? {} : { memoryBytes: options.memoryMiB * 1024 * 1024 }),
        onStage: (stage, ms) => options.onStage(STAGES[stage] ?? stage, `${Math.round(ms)} ms`),
        onConsole: options.onConsole,
        onPanic: options.onPanic,
        onExit: () => options.onExit(),
        ...(options.onTrace ? { onTrace: options.onTrace } : {}),
      });
      return handleOf(kernel);
    },
  };
}
