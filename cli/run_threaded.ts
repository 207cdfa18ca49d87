// SPDX-License-Identifier: BSD-2-Clause
/** `rumpus` and `rumpus -c`: a kernel with threads, its shell on this terminal or on pipes. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bootKernel, type Kernel } from '../workers/kernel_host.ts';
import { nodePlatform } from '../workers/platform_node.ts';
import type { SessionEnd } from '../workers/terminal.ts';
import type { Arguments, DiskArgument } from './arguments.ts';
import { diskSource } from './disk_file.ts';
import { readKernel } from './kernel_file.ts';
import { describeModule } from './run_foreign.ts';

const HISTORY_LINES = 1000;

/** Write to a stream; the promise is the flow control of the kernel's tty. */
function writer(stream: NodeJS.WriteStream): (bytes: Uint8Array) => void | Promise<void> {
  return (bytes) => {
    if (stream.write(bytes)) return;
    return new Promise((resolve) => stream.once('drain', resolve));
  };
}

function history(): { load(): readonly string[]; append(line: string): void } {
  const file = path.join(os.homedir(), '.rumpus_history');
  return {
    load: () =>
      fs.existsSync(file)
        ? fs
            .readFileSync(file, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .slice(-HISTORY_LINES)
        : [],
    append: (line) => fs.appendFileSync(file, `${line}\n`),
  };
}

export async function runThreaded(options: Arguments): Promise<number> {
  const bytes = readKernel(options.kernel);
  const interactive = options.script === undefined;
  if (options.kernel !== undefined) describeModule(bytes);
  let panicked = false;
  const kernel = await bootKernel({
    platform: nodePlatform(new URL('.', import.meta.url)),
    kernel: bytes,
    ncpu: options.ncpu,
    memoryBytes: options.memoryBytes,
    params: options.verbose ? { RUMP_VERBOSE: '1' } : {},
    programs: interactive ? 2 : 3,
    brief: !interactive,
    history: history(),
    onConsole: (text) => {
      if (options.verbose) process.stderr.write(text);
    },
    onStage: (stage, ms) => {
      if (options.verbose) process.stderr.write(`rumpus: ${stage} ${ms.toFixed(1)} ms\n`);
    },
    onPanic: (report) => {
      panicked = true;
      process.stderr.write(
        `rumpus: kernel panic in ${report.thread}: ${report.message}\n${report.backtrace.map((line) => `    ${line}\n`).join('')}`,
      );
    },
    ...(options.trace ? { onTrace: (line: string) => void process.stderr.write(`${line}\n`) } : {}),
  });
  for (const disk of options.disks) await attachDisk(kernel, disk);
  const end = interactive ? await shell(kernel) : await script(kernel, options.script as string);
  if (panicked) return 70;
  await Promise.race([kernel.halt(), new Promise((resolve) => setTimeout(resolve, 5000).unref())]);
  return end.signal === undefined ? (end.status ?? 70) : 128 + end.signal;
}

async function attachDisk(kernel: Kernel, disk: DiskArgument): Promise<void> {
  const { source, release } = await diskSource(disk);
  await kernel.attachDisk({ name: disk.name, source, readOnly: disk.readOnly });
  release();
}

function script(kernel: Kernel, text: string): Promise<SessionEnd> {
  const stdin = process.stdin.isTTY ? {} : { stdin: process.stdin as AsyncIterable<Uint8Array> };
  return kernel.run({
    argv: ['sh', '-c', text],
    onStdout: writer(process.stdout),
    onStderr: writer(process.stderr),
    ...stdin,
  });
}

async function shell(kernel: Kernel): Promise<SessionEnd> {
  const { stdin, stdout } = process;
  const terminal = await kernel.openTerminal({
    cols: stdout.columns || 80,
    rows: stdout.rows || 24,
    env: { TERM: process.env['TERM'] ?? 'vt100' },
  });
  const resize = (): void => terminal.resize(stdout.columns || 80, stdout.rows || 24);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdout.on('resize', resize);
  stdin.on('data', (bytes: Uint8Array) => terminal.write(bytes));
  stdin.on('end', () => terminal.write(Uint8Array.of(4)));
  terminal.onData(writer(stdout));
  const end = await new Promise<SessionEnd>((resolve) => terminal.onExit(resolve));
  if (stdin.isTTY) stdin.setRawMode(false);
  stdin.pause();
  stdout.off('resize', resize);
  return end;
}
