// SPDX-License-Identifier: BSD-2-Clause
/** First steps: commands to click, the image invitation, keys. */
import { CornerDownLeft } from 'lucide-react';
import { ImageChooser } from '../images/ImageChooser';
import { isNarrow } from '../state/ui_store';
import { useSystem, useUi } from '../system_context';

const COMMANDS: readonly (readonly [command: string, what: string])[] = [
  ['uname -a', 'which kernel this is'],
  ['mount', 'what is mounted where'],
  ['mkdir /tmp/t && mount -t tmpfs tmpfs /tmp/t && df', 'a file system of your own'],
  ['sys open /etc/motd O_RDONLY', 'one raw system call'],
  ['dmesg | tail', 'what the kernel said'],
];

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['Ctrl+C', 'interrupt'],
  ['Ctrl+D', 'end of input'],
  ['Tab', 'complete'],
  ['Ctrl+R', 'search history'],
  ['Ctrl+Shift+F', 'find in the terminal'],
  ['F6', 'leave the terminal'],
];

function CommandCard({ command, what }: { command: string; what: string }) {
  const { terminals, store } = useSystem();
  const running = useUi((state) => state.phase === 'running');
  const run = (): void => {
    if (isNarrow()) store.setState({ sideOpen: false });
    terminals.active()?.type(`${command}\r`);
  };
  return (
    <button type="button" className="command" disabled={!running} onClick={run}>
      <code>{command}</code>
      <span className="command-what">{what}</span>
      <CornerDownLeft className="command-run" size={15} aria-hidden="true" />
    </button>
  );
}

export function StartPanel() {
  const { terminals } = useSystem();
  const running = useUi((state) => state.phase === 'running');
  return (
    <>
      <section className="section">
        <h2>Try these</h2>
        <p className="lead">Each one runs in the terminal when you click it.</p>
        <div className="commands">
          {COMMANDS.map(([command, what]) => (
            <CommandCard key={command} command={command} what={what} />
          ))}
        </div>
      </section>
      <section className="section">
        <h2>Open a disk image</h2>
        <ImageChooser compact />
      </section>
      <section className="section">
        <h2>Keys</h2>
        <dl className="keys">
          {KEYS.map(([keys, what]) => (
            <div key={keys}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <p className="lead">
          Every command has a manual page:{' '}
          <button
            type="button"
            className="link"
            disabled={!running}
            onClick={() => terminals.active()?.type('man ls\r')}
          >
            man ls
          </button>
          .
        </p>
      </section>
    </>
  );
}
