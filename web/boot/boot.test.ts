// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { changeStage, failRunning, freshTimeline } from './boot_timeline';
import { type BrowserFacts, missingFeatures } from './browser_check';
import { asFailure, Failure } from './failure';

const GOOD: BrowserFacts = {
  isolated: true,
  secure: true,
  sharedMemory: true,
  wasmThreads: true,
  bigInt: true,
  serviceWorker: true,
  indexedDB: true,
  deviceMemoryGiB: 8,
};

describe('browser check', () => {
  it('finds nothing missing in a current browser', () => expect(missingFeatures(GOOD)).toEqual([]));
  it('names what an old one lacks', () =>
    expect(missingFeatures({ ...GOOD, wasmThreads: false })).toEqual(['WebAssembly threads and bulk memory']));
  it('leaves isolation to its own screen', () =>
    expect(missingFeatures({ ...GOOD, isolated: false, sharedMemory: false })).toEqual([]));
});

describe('failures', () => {
  it('recognises exhausted memory', () => {
    expect(asFailure(new RangeError('WebAssembly.Memory(): could not allocate memory'), 'E-BOOT').code).toBe('E-MEM');
  });
  it('keeps its own and wraps others', () => {
    const own = new Failure('E-NET', 'gone');
    expect(asFailure(own, 'E-BOOT')).toBe(own);
    expect(asFailure('odd', 'E-BOOT')).toMatchObject({ code: 'E-BOOT', message: 'odd' });
  });
});

describe('timeline', () => {
  it('changes one stage, and fails the one that runs', () => {
    const running = changeStage(freshTimeline(), 'init', { state: 'running', startedAt: 5 });
    const failed = failRunning(running, 9);
    expect(failed.filter(({ state }) => state === 'failed').map(({ id, endedAt }) => [id, endedAt])).toEqual([
      ['init', 9],
    ]);
    expect(failed.filter(({ state }) => state === 'waiting')).toHaveLength(5);
  });
});
