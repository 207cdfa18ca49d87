// SPDX-License-Identifier: BSD-2-Clause
/** The kernel could not be started: why, and what can be done, by failure code. */
import { RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Failure, FailureCode } from '../boot/failure';
import { ConsoleText } from '../panels/ConsoleText';
import { KernelFileButton } from '../panels/KernelFileButton';
import { useSystem } from '../system_context';
import { CopyDiagnostics } from './ReportButtons';
import { ScreenFrame } from './ScreenFrame';

const TITLES: Record<FailureCode, string> = {
  'E-ISO': 'This page needs to be isolated',
  'E-OLD': 'This browser is too old for the kernel',
  'E-NET': 'The kernel could not be fetched',
  'E-MEM': 'Not enough memory for the kernel',
  'E-KERNEL': 'This file is not a kernel',
  'E-BOOT': 'The kernel did not boot',
};

function IsolationAdvice() {
  return (
    <>
      <p>
        The kernel's threads share memory, and browsers allow that only on pages served with two headers. This page came
        without them
        {isSecureContext ? '' : ', and over a connection the browser does not call secure'}.
      </p>
      <h2>If you only want to use it</h2>
      <ul>
        {!isSecureContext && (
          <li>
            Open it by <code>https://</code> or as <code>http://localhost</code>, not by an address such as{' '}
            <code>http://192.168…</code>.
          </li>
        )}
        <li>Leave private browsing: there the page may not install the helper that adds the headers.</li>
        <li>If it is shown inside another page, open it in a tab of its own.</li>
        <li>Reload once: the helper may just have been installed.</li>
      </ul>
      <h2>If you serve it</h2>
      <p>Send these with every file:</p>
      <pre className="code">
        {'Cross-Origin-Opener-Policy: same-origin\nCross-Origin-Embedder-Policy: require-corp'}
      </pre>
      <p>
        <code>npm start</code> does; the build also brings a <code>_headers</code> file that several static hosts read.
      </p>
    </>
  );
}

const ADVICE: Record<FailureCode, ReactNode> = {
  'E-ISO': <IsolationAdvice />,
  'E-OLD': <p>Use a Chromium browser from version 106, Firefox from 110, or Safari from 16.4.</p>,
  'E-NET': <p>Check the connection, then try again. After one complete load the page also works without a network.</p>,
  'E-MEM': (
    <p>
      Close other tabs or programs and try again, or start with less by adding <code>?mem=128</code> to the address
      (mebibytes).
    </p>
  ),
  'E-KERNEL': <p>Choose a rump kernel compiled to wasm32 for this border, or go back to the built-in one.</p>,
  'E-BOOT': <p>What it said is in the Boot panel. Trying again is harmless: your stored images were not touched.</p>,
};

export function FailureScreen({ failure }: { failure: Failure }) {
  const system = useSystem();
  const foreign = system.origin?.kind !== 'built-in';
  return (
    <ScreenFrame
      tone="bad"
      code={failure.code}
      title={TITLES[failure.code]}
      actions={
        <>
          {failure.code === 'E-ISO' || failure.code === 'E-OLD' ? (
            <button type="button" className="button primary" onClick={() => location.reload()}>
              <RotateCcw size={16} /> Reload
            </button>
          ) : (
            <button type="button" className="button primary" onClick={() => void system.reboot()}>
              <RotateCcw size={16} /> Try again
            </button>
          )}
          {foreign && (
            <a className="button" href="./">
              Built-in kernel
            </a>
          )}
          {failure.code === 'E-KERNEL' && <KernelFileButton />}
          <CopyDiagnostics />
        </>
      }
    >
      <p className="screen-lead">{failure.message}</p>
      {ADVICE[failure.code]}
      {failure.detail && failure.code !== 'E-ISO' && (
        <details>
          <summary>Technical detail</summary>
          <ConsoleText label="Technical detail" text={failure.detail} />
        </details>
      )}
    </ScreenFrame>
  );
}
