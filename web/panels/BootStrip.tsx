// SPDX-License-Identifier: BSD-2-Clause
/** While the kernel starts: which stage, how far. Appears only when a boot takes long enough to wonder (style sheet). */
import { useUi } from '../system_context';

export function BootStrip() {
  const booting = useUi((state) => state.phase === 'booting');
  const stage = useUi((state) => state.stages.find((candidate) => candidate.state === 'running'));
  if (!booting || !stage) return null;
  return (
    <div className="boot-strip" role="status">
      <span>{stage.label}</span>
      {stage.detail && <span className="boot-strip-detail">{stage.detail}</span>}
      {stage.progress === undefined ? null : <progress aria-label={stage.label} max={1} value={stage.progress} />}
    </div>
  );
}
