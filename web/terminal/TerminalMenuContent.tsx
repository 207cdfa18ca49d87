// SPDX-License-Identifier: BSD-2-Clause
/** The terminal menu: copy, paste, font size, saving the text, closing. */
import {
  AArrowDown,
  AArrowUp,
  Accessibility,
  ClipboardCopy,
  ClipboardPaste,
  Download,
  EllipsisVertical,
  Eraser,
  X,
} from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { saveFile } from '../save_file';
import { notify, writeSetting } from '../state/ui_store';
import { useSystem, useUi } from '../system_context';

const SMALLEST = 9;
const LARGEST = 28;

function Item(props: { icon: ReactNode; keys?: string; onSelect: () => void; children: ReactNode }) {
  return (
    <DropdownMenu.Item className="menu-item" onSelect={props.onSelect}>
      {props.icon}
      <span className="grow">{props.children}</span>
      {props.keys && <kbd>{props.keys}</kbd>}
    </DropdownMenu.Item>
  );
}

export default function TerminalMenuContent() {
  const { store, terminals } = useSystem();
  const fontSize = useUi((state) => state.fontSize);
  const screenReader = useUi((state) => state.screenReader);
  const resize = (by: number): void => {
    const next = Math.min(LARGEST, Math.max(SMALLEST, fontSize + by));
    writeSetting('fontSize', String(next));
    store.setState({ fontSize: next });
  };
  const copy = async (): Promise<void> => {
    const copied = await terminals.active()?.copySelection();
    if (!copied) notify(store, 'info', 'Nothing is selected in the terminal.', 'Drag over some text first.');
  };
  const paste = (): void => {
    const refused = (): void =>
      notify(
        store,
        'bad',
        'The browser did not allow reading the clipboard.',
        'Press Ctrl+Shift+V in the terminal instead.',
      );
    terminals.active()?.paste().catch(refused);
  };
  const save = (): void => {
    const text = terminals.active()?.text() ?? '';
    saveFile(new Blob([text, '\n'], { type: 'text/plain' }), 'terminal.txt');
  };
  const setScreenReader = (on: boolean): void => {
    writeSetting('screenReader', on ? 'yes' : 'no');
    store.setState({ screenReader: on });
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button" aria-label="Terminal menu" data-tip="Terminal menu">
        <EllipsisVertical size={16} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="end"
          sideOffset={6}
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          <Item icon={<ClipboardCopy size={16} />} keys="Ctrl+Shift+C" onSelect={() => void copy()}>
            Copy
          </Item>
          <Item icon={<ClipboardPaste size={16} />} keys="Ctrl+Shift+V" onSelect={paste}>
            Paste
          </Item>
          <Item icon={<Eraser size={16} />} onSelect={() => terminals.active()?.xterm.clear()}>
            Clear scrollback
          </Item>
          <Item icon={<Download size={16} />} onSelect={save}>
            Save text
          </Item>
          <DropdownMenu.Separator className="menu-line" />
          <Item icon={<AArrowUp size={16} />} onSelect={() => resize(1)}>
            Larger text
          </Item>
          <Item icon={<AArrowDown size={16} />} onSelect={() => resize(-1)}>
            Smaller text
          </Item>
          <DropdownMenu.CheckboxItem className="menu-item" checked={screenReader} onCheckedChange={setScreenReader}>
            <Accessibility size={16} />
            <span className="grow">Screen reader mode</span>
            <DropdownMenu.ItemIndicator>on</DropdownMenu.ItemIndicator>
          </DropdownMenu.CheckboxItem>
          <DropdownMenu.Separator className="menu-line" />
          <Item icon={<X size={16} />} onSelect={() => void terminals.close(store.getState().activeTab)}>
            Close this terminal
          </Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
