// SPDX-License-Identifier: BSD-2-Clause
/** The command as a person types it, and images made by tools of other systems. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** Kernel and bundle are there. */
export const BUILT = fs.existsSync(`${ROOT}/out/kernel/rumpus.wasm`) && fs.existsSync(`${ROOT}/out/host/rumpus.mjs`);

export interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export class Scratch {
  readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-cli-'));

  path(name: string): string {
    return path.join(this.dir, name);
  }

  write(name: string, data: string | Uint8Array): string {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), data);
    return this.path(name);
  }

  read(name: string): Buffer {
    return fs.readFileSync(this.path(name));
  }

  /** An empty file of so many MiB. */
  blank(name: string, mib: number): string {
    this.write(name, '');
    fs.truncateSync(this.path(name), mib << 20);
    return this.path(name);
  }

  /** `rumpus ...` in this folder. */
  rumpus(args: readonly string[], input: string | Uint8Array = ''): Outcome {
    return this.run(process.execPath, [`${ROOT}/cli/rumpus.mjs`, ...args], input);
  }

  /** A tool that must succeed; its output. */
  tool(command: string, ...args: readonly string[]): string {
    const { status, out, err } = this.run(command, args);
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: status ${status}\n${out}${err}`);
    return out;
  }

  run(command: string, args: readonly string[], input: string | Uint8Array = ''): Outcome {
    const env = { ...process.env, PATH, TZ: 'UTC', MTOOLS_SKIP_CHECK: '1' };
    const done = spawnSync(command, args, { cwd: this.dir, input, env, timeout: 60_000, maxBuffer: 1 << 28 });
    return { status: done.status, out: String(done.stdout ?? ''), err: String(done.stderr ?? done.error ?? '') };
  }

  remove(): void {
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}
