// SPDX-License-Identifier: BSD-2-Clause
/** The boot as a checklist with times, and the kernel's own messages. */
import { Check, Circle, LoaderCircle, X } from 'lucide-react';
import type { Stage } from '../boot/boot_timeline';
import { formatMs } from '../format';
import { useUi } from '../system_context';
import { ConsoleText } from './ConsoleText';
import { KernelFileButton } from './KernelFileButton';

const ICON = {
  waiting: <Circle size={16} className="stage-icon" />,
  running: <LoaderCircle size={16} className="stage-icon spin" />,
  done: <Check size={16} className="stage-icon" />,
  failed: <X size={16} className="stage-icon" />,
};

function StageRow({ stage }: { stage: Stage }) {
  const took =
    stage.endedAt !== undefined && stage.startedAt !== undefined ? formatMs(stage.endedAt - stage.startedAt) : '';
  return (
    <li className="stage" data-state={stage.state}>
      {ICON[stage.state]}
      <span className="stage-label">
        {stage.label}
        <span className="visually-hidden">: {stage.state}</span>
        {stage.detail && <small>{stage.detail}</small>}
        {stage.state === 'running' && stage.progress !== undefined && (
          <progress aria-label={stage.label} max={1} value={stage.progress} />
        )}
      </span>
      <span className="stage-ms">{took}</span>
    </li>
  );
}

export default function BootPanel() {
  const stages = useUi((state) => state.stages);
  const log = useUi((state) => state.consoleLog);
  const trace = useUi((state) => state.trace);
  const promptMs = useUi((state) => state.promptMs);
  const kernelName = useUi((state) => state.kernelName);
  return (
    <>
      <section className="section">
        <h2>Boot</h2>
        <ol className="stages">
          {stages.map((stage) => (
            <StageRow key={stage.id} stage={stage} />
          ))}
        </ol>
        {promptMs !== undefined && (
          <p className="lead">
            Prompt {formatMs(promptMs)} after navigation, {kernelName}.
          </p>
        )}
      </section>
      <section className="section fill">
        <h2>Kernel messages</h2>
        <ConsoleText label="Kernel messages" text={log || 'Nothing yet.'} />
      </section>
      {trace.length > 0 && (
        <section className="section fill">
          <h2>Hypercalls</h2>
          <ConsoleText label="Hypercalls" text={trace.join('\n')} />
        </section>
      )}
      <section className="section">
        <h2>Another kernel</h2>
        <p className="lead">
          Any rump kernel module written to the same border boots here: by file, or by address with{' '}
          <code>?kernel=URL</code>.
        </p>
        <div>
          <KernelFileButton />
        </div>
      </section>
    </>
  );
}
