// SPDX-License-Identifier: BSD-2-Clause
/** `rumpus --call`: what can be done with any kernel: boot, messages, trace, calls by link name. */
import { bootKernel, HostError, inspectModule } from '../workers/kernel_host.ts';
import { LocalKernel } from '../workers/local_kernel.ts';
import { nodePlatform } from '../workers/platform_node.ts';
import type { Arguments } from './arguments.ts';
import { readKernel } from './kernel_file.ts';

const toStderr = (bytes: Uint8Array): void => void process.stderr.write(bytes);
const traceLine = (line: string): void => void process.stderr.write(`${line}\n`);

/** Say what the module lacks. */
export function describeModule(kernel: Uint8Array<ArrayBuffer>): ReturnType<typeof inspectModule> {
  const report = inspectModule(new WebAssembly.Module(kernel));
  if (report.missingImports.length > 0)
    process.stderr.write(`rumpus: this host does not have: ${report.missingImports.join(', ')}\n`);
  if (report.missingExports.length > 0)
    process.stderr.write(`rumpus: the kernel does not export: ${report.missingExports.join(', ')}\n`);
  return report;
}

export async function runForeign(options: Arguments): Promise<number> {
  const kernel = readKernel(options.kernel);
  const report = describeModule(kernel);
  const trace = options.trace ? { onTrace: traceLine } : {};
  const calls = options.call ?? [];
  if (!options.threads || !report.can.threads) {
    const inline = LocalKernel.boot({
      kernel,
      memoryBytes: options.memoryBytes,
      onConsole: toStderr,
      hostFiles: true,
      ...trace,
    });
    for (const disk of options.disks) inline.attachFile(disk.name, disk.path, disk.readOnly);
    for (const call of calls) process.stdout.write(`${call.name} = ${inline.call(call.name, call.args)}\n`);
    return 0;
  }
  const threaded = await bootKernel({
    platform: nodePlatform(new URL('.', import.meta.url)),
    kernel,
    ncpu: options.ncpu,
    memoryBytes: options.memoryBytes,
    onConsole: toStderr,
    hostFiles: true,
    programs: 0,
    ...trace,
  });
  for (const disk of options.disks)
    await threaded.attachDisk({ name: disk.name, source: { kind: 'node', path: disk.path }, readOnly: disk.readOnly });
  try {
    for (const call of calls)
      process.stdout.write(`${call.name} = ${await threaded.callSymbol(call.name, call.args)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    process.stderr.write(`rumpus: ${error.message}\n`);
    return 1;
  } finally {
    await threaded.dispose();
  }
}
