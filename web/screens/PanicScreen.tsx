// SPDX-License-Identifier: BSD-2-Clause
/** The kernel panicked: what it said, where, and the way on. */
import { RotateCcw } from 'lucide-react';
import type { PanicReport } from '../kernel_api';
import { ConsoleText } from '../panels/ConsoleText';
import { useSystem, useUi } from '../system_context';
import { CopyDiagnostics, DownloadReport } from './ReportButtons';
import { ScreenFrame } from './ScreenFrame';

/** A frame as the engine prints it, without module prefix and server address. */
function frameText(line: string): string {
  return line
    .replace(/^at /, '')
    .replace(/^\S+\.wasm\./, '')
    .replace(/\(?https?:\/\/\S*\/([^/\s)]+)\)?/, '($1)');
}

/** The kernel's own frames; those of the host are in the report. All, where none is the kernel's. */
function kernelFrames(backtrace: readonly string[]): readonly string[] {
  const own = backtrace.filter((line) => line.includes('.wasm'));
  return own.length > 0 ? own : backtrace;
}

export function PanicScreen({ panic }: { panic: PanicReport }) {
  const system = useSystem();
  const log = useUi((state) => state.consoleLog);
  return (
    <ScreenFrame
      tone="bad"
      code="E-PANIC"
      title="The kernel panicked"
      actions={
        <>
          <button type="button" className="button primary" onClick={() => void system.reboot()}>
            <RotateCcw size={16} /> Reboot with the same disks
          </button>
          <DownloadReport name="rumpus-crash.txt" label="Download crash report" />
          <CopyDiagnostics />
        </>
      }
    >
      <pre className="panic-message">{panic.message}</pre>
      <p>
        In <strong>{panic.thread || 'an unnamed thread'}</strong>. Everything in the kernel stopped; this page and your
        stored images are unharmed. What the kernel had not yet written to a disk is lost.
      </p>
      {panic.backtrace.length > 0 && (
        <details open>
          <summary>Backtrace</summary>
          <ol className="backtrace">
            {kernelFrames(panic.backtrace).map((line, depth) => (
              // Frames can repeat (recursion); their depth tells them apart and never changes.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              <li key={depth}>{frameText(line)}</li>
            ))}
          </ol>
        </details>
      )}
      <details>
        <summary>Last kernel messages</summary>
        <ConsoleText label="Last kernel messages" text={log.split('\n').slice(-30).join('\n')} />
      </details>
    </ScreenFrame>
  );
}
