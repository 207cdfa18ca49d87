// SPDX-License-Identifier: BSD-2-Clause
import { decode, encode } from '../lib/bytes.ts';
import { concat } from '../lib/input_stream.ts';
import { runAnyProgram } from '../run_tool.ts';
import { FakeHost } from './fake_host.ts';
import { FakeKernel } from './fake_kernel.ts';

export interface RunResult {
  readonly out: string;
  readonly err: string;
  readonly status: number;
  readonly signal?: number;
}

/** Run argv on a fresh (or given) fake kernel with `stdin`. */
export function runArgv(argv: readonly string[], stdin = '', kernel = new FakeKernel()): RunResult {
  const sink = (): { parts: Uint8Array[]; device: { read(): Uint8Array; write(data: Uint8Array): void } } => {
    const parts: Uint8Array[] = [];
    return { parts, device: { read: () => new Uint8Array(0), write: (d) => void parts.push(d) } };
  };
  let input = encode(stdin);
  const out = sink();
  const err = sink();
  kernel.setDevice(0, {
    read: (n) => {
      const part = input.subarray(0, n);
      input = input.subarray(part.length);
      return part;
    },
    write: () => undefined,
  });
  kernel.setDevice(1, out.device);
  kernel.setDevice(2, err.device);
  const { pid } = kernel.current;
  const result = runAnyProgram({
    kernel,
    host: new FakeHost(kernel, runAnyProgram, pid),
    pid,
    argv,
    env: { PATH: '/bin', HOME: '/' },
  });
  const text = { out: decode(concat(out.parts)), err: decode(concat(err.parts)) };
  return typeof result === 'number'
    ? { ...text, status: result }
    : { ...text, status: 128 + result.signal, signal: result.signal };
}

export function runScript(script: string, stdin = '', kernel = new FakeKernel()): RunResult {
  return runArgv(['sh', '-c', script], stdin, kernel);
}
