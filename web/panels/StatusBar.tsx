// SPDX-License-Identifier: BSD-2-Clause
/** One line of truth: kernel, memory, rates, isolation, storage, offline. */
import { formatBytes, formatClock, formatMs } from '../format';
import type { Phase } from '../state/ui_store';
import { useUi } from '../system_context';

const PHASE_TEXT: Record<Phase, string> = {
  booting: 'booting',
  running: 'running',
  foreign: 'foreign kernel',
  panic: 'panicked',
  halted: 'halted',
  failed: 'not running',
};

const OFFLINE_TEXT = {
  no: '',
  preparing: 'saving for offline…',
  ready: 'works offline',
  update: 'new version at next start',
};
const STORAGE_TEXT = { unknown: '', kept: 'images kept', memory: 'nothing kept (private window)' };

function Chip({ tone, children, title }: { tone?: 'good' | 'bad' | 'warn'; children: string; title?: string }) {
  return (
    <span className="chip" data-tone={tone} title={title}>
      {children}
    </span>
  );
}

export function StatusBar() {
  const phase = useUi((state) => state.phase);
  const bootedAt = useUi((state) => state.bootedAt);
  const promptMs = useUi((state) => state.promptMs);
  const stats = useUi((state) => state.stats);
  const rate = useUi((state) => state.hypercallRate);
  const durable = useUi((state) => state.imagesDurable);
  const problem = useUi((state) => state.imagesProblem);
  const offline = useUi((state) => state.offline);
  return (
    <footer className="status" data-region tabIndex={-1}>
      <span className="state" data-phase={phase} role="status">
        <span className="dot" aria-hidden="true" />
        {PHASE_TEXT[phase]}
      </span>
      {phase === 'running' && bootedAt && <span>since {formatClock(bootedAt)}</span>}
      {promptMs !== undefined && <span className="wide-only">prompt in {formatMs(promptMs)}</span>}
      {stats && <span title={`of ${formatBytes(stats.memorySize)}`}>{formatBytes(stats.memoryUsed)} in use</span>}
      {stats && (
        <span className="wide-only">{stats.processes === 1 ? '1 process' : `${stats.processes} processes`}</span>
      )}
      {rate !== undefined && <span className="wide-only">{rate} hypercalls/s</span>}
      <span className="grow" />
      {!self.crossOriginIsolated && <Chip tone="bad">not isolated</Chip>}
      {problem ? (
        <Chip tone="bad" title={problem}>
          storage unavailable
        </Chip>
      ) : (
        STORAGE_TEXT[durable] && <Chip tone={durable === 'kept' ? 'good' : 'warn'}>{STORAGE_TEXT[durable]}</Chip>
      )}
      {OFFLINE_TEXT[offline] && <Chip tone={offline === 'ready' ? 'good' : 'warn'}>{OFFLINE_TEXT[offline]}</Chip>}
    </footer>
  );
}
