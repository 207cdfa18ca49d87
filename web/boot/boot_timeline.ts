// SPDX-License-Identifier: BSD-2-Clause
/** The boot as a checklist: what each stage is, when it ran, what it moved. Times are milliseconds since navigation. */
export type StageId = 'browser' | 'download' | 'compile' | 'init' | 'disks' | 'prompt';
export type StageState = 'waiting' | 'running' | 'done' | 'failed';

export interface Stage {
  readonly id: StageId;
  readonly label: string;
  readonly state: StageState;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly detail?: string;
  /** 0..1 where the end is known. */
  readonly progress?: number;
}

export const STAGE_LABELS: readonly (readonly [StageId, string])[] = [
  ['browser', 'Check the browser'],
  ['download', 'Fetch the kernel'],
  ['compile', 'Compile it'],
  ['init', 'rump_init: the kernel boots'],
  ['disks', 'Attach your images'],
  ['prompt', 'First prompt'],
];

export function freshTimeline(): Stage[] {
  return STAGE_LABELS.map(([id, label]) => ({ id, label, state: 'waiting' }));
}

export function changeStage(stages: readonly Stage[], id: StageId, change: Partial<Stage>): Stage[] {
  return stages.map((stage) => (stage.id === id ? { ...stage, ...change } : stage));
}

/** The stage that was running when something went wrong is the one that failed. */
export function failRunning(stages: readonly Stage[], at: number): Stage[] {
  return stages.map((stage) => (stage.state === 'running' ? { ...stage, state: 'failed', endedAt: at } : stage));
}
