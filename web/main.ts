// SPDX-License-Identifier: BSD-2-Clause
/** Entry of the page: start the kernel first, the views beside it. */
import { kernelOrigin } from './boot/kernel_source';
import type { KernelHost } from './kernel_api';
import { isolateByWorker, makeOfflineReady } from './offline';
import { System } from './system';
import { exposeForTests } from './testing';

/** The kernel host; in development `?host=fake` gives one without a kernel, to work on the looks. */
async function kernelHost(parameters: URLSearchParams): Promise<KernelHost> {
  if (import.meta.env.DEV && parameters.get('host') === 'fake') return (await import('./fake_kernel')).fakeKernelHost();
  return (await import('./real_kernel')).realKernelHost();
}

async function start(): Promise<void> {
  const views = import('./ui');
  views.catch(() => undefined);
  if (await isolateByWorker()) return;
  const parameters = new URLSearchParams(location.search);
  const ncpu = Number(parameters.get('ncpu'));
  const memoryMiB = Number(parameters.get('mem'));
  const system = new System({
    host: () => kernelHost(parameters),
    images: async (store) => (await import('./images/open_images')).openImages(store, parameters),
    trace: parameters.get('trace')?.includes('hypercall') ?? false,
    params: Object.fromEntries([...parameters].filter(([name]) => name.startsWith('RUMP_'))),
    ...(ncpu > 0 ? { ncpu } : {}),
    ...(memoryMiB > 0 ? { memoryMiB } : {}),
  });
  if (parameters.has('testing')) exposeForTests(system);
  void system.boot(kernelOrigin(location.search));
  const { mount } = await views;
  mount(document.getElementById('root') as HTMLElement, system);
  await system.whenPrompt();
  await makeOfflineReady(system.store);
}

void start();
