// SPDX-License-Identifier: BSD-2-Clause
/** The real kernel with its shell under Node: sessions, pipes, signals, leaks, many processes at once. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bootKernel, type Kernel } from './kernel_host.ts';
import type { Platform } from './platform.ts';
import { nodePlatform } from './platform_node.ts';
import type { SessionEnd, Terminal } from './terminal.ts';
import { bundleWorkers } from './testing/bundle_workers.ts';

const MODULE = path.resolve(import.meta.dirname, '../out/kernel/rumpus.wasm');
const STRESS_SECONDS = Number(process.env['RUMPUS_STRESS'] ?? 5);

/** The shell's prompt ends with the OSC 133 mark of where input begins. */
const PROMPT = /# \x1b\]133;B\x07/;

let folder: URL;
let kernel: Kernel | undefined;
let panic = '';

beforeAll(async () => {
  if (fs.existsSync(MODULE)) folder = await bundleWorkers(['control', 'kthread', 'program', 'storage']);
});

afterEach(async () => {
  await kernel?.dispose();
  kernel = undefined;
  expect(panic).toBe('');
});

async function boot(ncpu = 2, platform: Platform = nodePlatform(folder)): Promise<Kernel> {
  panic = '';
  kernel = await bootKernel({
    platform,
    kernel: new Uint8Array(fs.readFileSync(MODULE)),
    ncpu,
    memoryBytes: 128 << 20,
    onPanic: (report) => {
      panic = `${report.thread}: ${report.message}\n${report.backtrace.join('\n')}`;
    },
  });
  return kernel;
}

async function sh(k: Kernel, script: string, input?: string): Promise<{ out: string; err: string; end: SessionEnd }> {
  let out = '';
  let err = '';
  const stdin =
    input === undefined
      ? {}
      : {
          stdin: (async function* () {
            yield new TextEncoder().encode(input);
          })(),
        };
  const end = await k.run({
    argv: ['sh', '-c', script],
    onStdout: (b) => {
      out += new TextDecoder().decode(b);
    },
    onStderr: (b) => {
      err += new TextDecoder().decode(b);
    },
    ...stdin,
  });
  return { out, err, end };
}

/** A terminal that collects what comes and can wait for it. */
class Screen {
  text = '';
  private waiting: (() => void)[] = [];
  constructor(readonly terminal: Terminal) {
    terminal.onData((bytes) => {
      this.text += new TextDecoder().decode(bytes);
      for (const check of this.waiting) check();
    });
  }
  type(text: string): void {
    this.terminal.write(new TextEncoder().encode(text));
  }
  /** Wait for a text after what was already waited for. */
  until(pattern: RegExp, ms = 10000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${pattern} in ${JSON.stringify(this.text)}`)), ms);
      const check = (): void => {
        const match = pattern.exec(this.text);
        if (match === null) return;
        clearTimeout(timer);
        this.waiting = this.waiting.filter((w) => w !== check);
        this.text = this.text.slice(match.index + match[0].length);
        resolve();
      };
      this.waiting.push(check);
      check();
    });
  }
}

describe.skipIf(!fs.existsSync(MODULE))('kernel under Node', () => {
  test('scripts: output, status, errors, input, pipes', async () => {
    const k = await boot();
    expect(await sh(k, 'echo hello; exit 3')).toMatchObject({ out: 'hello\n', end: { status: 3 } });
    expect((await sh(k, 'echo a b c | wc -w')).out.trim()).toBe('3');
    expect((await sh(k, 'cat | sort', 'b\na\n')).out).toBe('a\nb\n');
    expect((await sh(k, 'ls /nonexistent')).err).toContain('No such file');
    expect((await sh(k, 'mkdir /x && echo data > /x/f && cat /x/f; ls /x')).out).toBe('data\nf\n');
  });

  test('many bytes through pipes arrive', async () => {
    const k = await boot();
    const { out } = await sh(k, 'dd if=/dev/zero bs=1024 count=2000 2>/dev/null | wc -c');
    expect(out.trim()).toBe('2048000');
  });

  test('terminal: prompt, job, ^C on a sleeping cat, exit', async () => {
    const k = await boot();
    const screen = new Screen(await k.openTerminal({ cols: 80, rows: 24 }));
    await screen.until(PROMPT);
    screen.type('echo $((6*7))\r');
    await screen.until(/\b42\r/);
    await screen.until(PROMPT);
    screen.type('mkfifo /tmp/f; cat /tmp/f\r');
    await new Promise((resolve) => setTimeout(resolve, 300));
    screen.type('\x03');
    await screen.until(PROMPT);
    screen.type('echo st=$?\r');
    await screen.until(/\bst=130\r/);
    const ended = new Promise<SessionEnd>((resolve) => screen.terminal.onExit(resolve));
    screen.type('exit 4\r');
    expect(await ended).toMatchObject({ status: 4 });
  });

  test('a program that spins outside the kernel is ended and its process released', async () => {
    const spinner = await bundleWorkers(['testing/spinner', 'control', 'kthread']);
    const base = nodePlatform(spinner);
    const k = await boot(2, {
      createWorker: (role) => base.createWorker(role === 'program' ? ('spinner' as 'program') : role),
    });
    const { out, err } = await sh(k, 'SPIN=1 date & p=$!; sleep 1; kill -9 $p; wait $p; echo st=$?; echo more | cat');
    expect(err).toBe('');
    expect(out).toBe('st=137\nmore\n');
    const before = k.stats();
    await sh(k, 'SPIN=1 date | cat & sleep 1; kill -9 $!; echo killed');
    // The pools may have grown meanwhile, on a busy machine by more.
    expect(k.stats().workers).toBeLessThanOrEqual(before.workers + 4);
  });

  test('closing a terminal releases its processes', async () => {
    const k = await boot();
    const screen = new Screen(await k.openTerminal({ cols: 80, rows: 24 }));
    await screen.until(PROMPT);
    screen.type('sleep 100 | cat\r');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(k.stats().processes).toBeGreaterThan(1);
    await screen.terminal.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(k.stats().processes).toBe(0);
  });

  test('programs come and go without leaving memory or workers', async () => {
    const k = await boot();
    const round = (): ReturnType<typeof sh> =>
      sh(k, 'for i in 1 2 3 4 5; do mkdir /tmp/d; echo $i > /tmp/d/f; cat /tmp/d/f | wc -c; rm -r /tmp/d; done');
    for (let i = 0; i < 3; i++) await round();
    const before = k.stats();
    for (let i = 0; i < 10; i++) await round();
    const after = k.stats();
    expect(after.processes).toBe(before.processes);
    // Pools grow on a busy machine; one worker left by each of the 250 programs would be many more.
    expect(after.workers).toBeLessThanOrEqual(before.workers + 6);
    expect(after.memoryUsed - before.memoryUsed).toBeLessThan(1 << 20);
  });

  test(
    'eight processes on two CPUs doing file system work',
    async () => {
      const k = await boot(2);
      const job = (n: number): string =>
        `(mkdir /w/s${n}; cd /w/s${n}; while [ ! -f /tmp/stop ]; do echo x$i > a; cp a b; mv b c; ln c d; cat a d | wc -c >/dev/null; ls -l >/dev/null; rm -f a c d; done; echo done${n}) &`;
      const script = `mkdir /w; mount -t tmpfs tmpfs /w\n${Array.from({ length: 8 }, (_, n) => job(n)).join('\n')}\nsleep ${STRESS_SECONDS}; touch /tmp/stop; wait; echo all`;
      const { out, err } = await sh(k, script);
      expect(err).toBe('');
      expect(out).toContain('all');
      for (let n = 0; n < 8; n++) expect(out).toContain(`done${n}`);
    },
    (STRESS_SECONDS + 60) * 1000,
  );
});
