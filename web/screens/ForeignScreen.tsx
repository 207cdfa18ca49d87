// SPDX-License-Identifier: BSD-2-Clause
/** A kernel that is not ours: what it lacks by name, and what can still be done with it. */
import type { ModuleReport } from '../kernel_api';
import { ConsoleText } from '../panels/ConsoleText';
import { KernelFileButton } from '../panels/KernelFileButton';
import { useSystem, useUi } from '../system_context';
import { ScreenFrame } from './ScreenFrame';
import { SymbolCaller } from './SymbolCaller';

function Names({ title, names, none }: { title: string; names: readonly string[]; none: string }) {
  return (
    <>
      <h2>{title}</h2>
      {names.length === 0 ? (
        <p>{none}</p>
      ) : (
        <ul className="names">
          {names.map((name) => (
            <li key={name}>
              <code>{name}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function ForeignScreen({ report }: { report: ModuleReport }) {
  const system = useSystem();
  const log = useUi((state) => state.consoleLog);
  const trace = useUi((state) => state.trace);
  const name = useUi((state) => state.kernelName);
  const booted = report.can.boot && system.foreignKernel !== undefined;
  return (
    <ScreenFrame
      tone="calm"
      code="FOREIGN KERNEL"
      title={booted ? 'This kernel booted, without a shell' : 'This kernel cannot be booted'}
      actions={
        <>
          <a className="button primary" href="./">
            Back to the built-in kernel
          </a>
          <KernelFileButton />
        </>
      }
    >
      <p className="screen-lead">
        <code>{name}</code>{' '}
        {booted
          ? 'meets the border far enough to start; the shell needs more system calls than it exports.'
          : 'lacks what every kernel must have.'}
      </p>
      <Names
        title="It imports, and this host does not have"
        names={report.missingImports}
        none="Nothing: every import is known."
      />
      <Names title="It does not export" names={report.missingExports} none="Nothing: every required export is there." />
      {booted && <SymbolCaller symbols={report.can.symbols} />}
      <h2>Console</h2>
      <ConsoleText label="Console" text={log || 'It has printed nothing.'} testId="foreign-console" />
      {trace.length > 0 && (
        <details open>
          <summary>Hypercalls</summary>
          <ConsoleText label="Hypercalls" text={trace.join('\n')} />
        </details>
      )}
      <p>
        What a kernel must import and export is written down in <code>docs/kernel-abi.md</code>.
      </p>
    </ScreenFrame>
  );
}
