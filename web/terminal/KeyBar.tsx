// SPDX-License-Identifier: BSD-2-Clause
/** Keys a touch keyboard lacks; shown at phone width and on touch screens (by style sheet). */
import { useSystem } from '../system_context';

const KEYS: readonly (readonly [label: string, name: string, sends: string])[] = [
  ['Esc', 'Esc', '\x1b'],
  ['Tab', 'Tab', '\t'],
  ['^C', 'Control C, interrupt', '\x03'],
  ['^D', 'Control D, end of input', '\x04'],
  ['^Z', 'Control Z, stop', '\x1a'],
  ['↑', 'Up', '\x1b[A'],
  ['↓', 'Down', '\x1b[B'],
  ['←', 'Left', '\x1b[D'],
  ['→', 'Right', '\x1b[C'],
  ['/', 'Slash', '/'],
  ['|', 'Pipe', '|'],
  ['-', 'Dash', '-'],
];

export function KeyBar() {
  const { terminals } = useSystem();
  return (
    <div className="keybar" role="toolbar" aria-label="Terminal keys">
      {KEYS.map(([label, name, sends]) => (
        <button
          key={label}
          type="button"
          aria-label={name}
          // Keep the focus, and so the touch keyboard, in the terminal.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => terminals.active()?.type(sends)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
