// SPDX-License-Identifier: BSD-2-Clause
/** The border: a small kernel written only against rumpuser.h runs on our host, in every way a kernel can be loaded. */
import fs from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildBorder } from '../hypercall-js/test_kernel/build.mjs';
import { type BootOptions, bootKernel, inspectModule, type Kernel } from './kernel_host.ts';
import { LocalKernel } from './local_kernel.ts';
import { nodePlatform } from './platform_node.ts';
import { bundleWorkers } from './testing/bundle_workers.ts';

let folder: URL;
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  folder = await bundleWorkers(['control', 'kthread', 'storage']);
  bytes = new Uint8Array(fs.readFileSync(await buildBorder()));
});

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((r) => {
    resolve = r;
  });
  return { promise, resolve };
}

async function boot(options: Partial<BootOptions> = {}): Promise<{ kernel: Kernel; text: () => string }> {
  let text = '';
  const kernel = await bootKernel({
    platform: nodePlatform(folder),
    kernel: bytes,
    memoryBytes: 64 << 20,
    params: { RUMP_BORDER: '0123456789' },
    programs: 0,
    onConsole: (b) => {
      text += new TextDecoder().decode(b);
    },
    ...options,
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { kernel, text: () => text };
}

describe('border test kernel', () => {
  test('every hypercall, several threads', async () => {
    const { kernel, text } = await boot();
    expect(text()).not.toContain('FAIL');
    expect(text()).toContain('border: putchar\n');
    expect(text()).toContain('border: text -5 00042 ff  | c -1234567890123 0x1234 99%');
    expect(text()).toContain('0 failures');
    expect(await kernel.callSymbol('border_failures', [])).toBe(0);
    expect(Number(await kernel.callSymbol('border_checks', []))).toBeGreaterThan(1000);
    await kernel.dispose();
  });

  test('disks of the host', async () => {
    const { kernel, text } = await boot();
    const disk = new Uint8Array(1 << 20);
    disk[0] = 0x52;
    await kernel.attachDisk({ name: 'border0', source: { kind: 'bytes', bytes: disk } });
    await kernel.attachDisk({ name: 'border1', source: { kind: 'file', file: new Blob(['x'.repeat(512)]) } });
    await expect(kernel.attachDisk({ name: 'border1', source: { kind: 'empty', size: 512 } })).rejects.toThrow(
      'attached already',
    );
    expect(kernel.disks()).toEqual([
      { name: 'border0', size: 1 << 20, readOnly: false },
      { name: 'border1', size: 512, readOnly: true },
    ]);
    expect(await kernel.callSymbol('border_disk', [])).toBe(0);
    expect(text()).not.toContain('FAIL');
    await kernel.detachDisk('border0');
    expect(kernel.disks().length).toBe(1);
    await kernel.dispose();
  });

  test('a hundred boots of threads leave nothing behind', async () => {
    const { kernel } = await boot();
    const before = kernel.stats();
    for (let i = 0; i < 100; i++) expect(Number(await kernel.callSymbol('border_start', []))).toBeGreaterThan(0);
    const after = kernel.stats();
    expect(after.workers).toBeLessThanOrEqual(before.workers + 1);
    expect(after.memoryUsed).toBe(before.memoryUsed + (after.workers - before.workers) * 135168);
    await kernel.dispose();
  });

  test('panic, trap and exit end the kernel and tell the host', async () => {
    for (const [symbol, message] of [
      ['border_panic', 'rumpuser_exit(RUMPUSER_PANIC)'],
      ['border_trap', 'unreachable'],
    ] as const) {
      const panicked = deferred<{ message: string; backtrace: readonly string[] }>();
      const { kernel } = await boot({ onPanic: (report) => panicked.resolve(report) });
      kernel.callSymbol(symbol, []).catch(() => undefined);
      const report = await panicked.promise;
      expect(report.message).toContain(message);
      expect(report.backtrace.join('\n')).toContain(symbol);
      await expect(kernel.callSymbol('border_failures', [])).rejects.toThrow('the kernel is over');
    }
    const exited = deferred<number>();
    const { kernel } = await boot({ onExit: (value) => exited.resolve(value) });
    kernel.callSymbol('border_exit', [3]).catch(() => undefined);
    expect(await exited.promise).toBe(3);
  });

  test('a kernel with a memory of its own, unshared, importing from env', async () => {
    const own = new Uint8Array(fs.readFileSync(await buildBorder({ own: true })));
    const { kernel, text } = await boot({ kernel: own });
    expect(kernel.report.can).toMatchObject({ boot: true, threads: false, shell: false });
    expect(text()).toContain('0 failures');
    expect(await kernel.callSymbol('border_failures', [])).toBe(0);
    await kernel.dispose();
    let inlineText = '';
    const inline = LocalKernel.boot({
      kernel: own,
      params: { RUMP_BORDER: '0123456789' },
      onConsole: (b) => (inlineText += new TextDecoder().decode(b)),
    });
    expect(inlineText).toContain('0 failures');
    expect(inline.call('border_failures', [])).toBe(0);
  });

  test('the same kernel without threads in this thread, on host files', () => {
    const folder = fs.mkdtempSync('/tmp/rumpus-border-');
    const before = process.cwd();
    let text = '';
    process.chdir(folder);
    try {
      LocalKernel.boot({
        kernel: bytes,
        params: { RUMP_BORDER: '0123456789' },
        hostFiles: true,
        onConsole: (b) => (text += new TextDecoder().decode(b)),
      });
    } finally {
      process.chdir(before);
      fs.rmSync(folder, { recursive: true });
    }
    expect(text).not.toContain('FAIL');
    expect(text).toContain('0 failures');
  });

  test('what a module lacks is told by name', async () => {
    // (import "env" "rumpuser_future" (func)) (import "env" "g" (global i32))
    const strange = Uint8Array.from([
      0,
      0x61,
      0x73,
      0x6d,
      1,
      0,
      0,
      0,
      1,
      4,
      1,
      0x60,
      0,
      0,
      2,
      32,
      2,
      3,
      0x65,
      0x6e,
      0x76,
      15,
      ...new TextEncoder().encode('rumpuser_future'),
      0,
      0,
      3,
      0x65,
      0x6e,
      0x76,
      1,
      0x67,
      3,
      0x7f,
      0,
    ]);
    const report = inspectModule(new WebAssembly.Module(strange));
    expect(report.missingImports).toEqual(['env.rumpuser_future (function)', 'env.g (global)']);
    expect(report.missingExports).toContain('rump_init');
    expect(report.can.boot).toBe(false);
    await expect(boot({ kernel: strange })).rejects.toThrow('rumpuser_future');
  });

  test('two kernels at once do not meet', async () => {
    const [a, b] = await Promise.all([boot(), boot()]);
    a.kernel.callSymbol('border_trap', []).catch(() => undefined);
    expect(await b.kernel.callSymbol('border_failures', [])).toBe(0);
    await a.kernel.dispose();
    await b.kernel.dispose();
  });

  test('hypercall trace', async () => {
    const lines: string[] = [];
    const { kernel } = await boot({ onTrace: (line) => lines.push(line) });
    await kernel.dispose();
    expect(lines.some((line) => line.includes('rumpuser_bio(fd='))).toBe(true);
    expect(lines.some((line) => line.includes('rumpuser_syncfd') && line.includes('= 22'))).toBe(true);
  });
});
