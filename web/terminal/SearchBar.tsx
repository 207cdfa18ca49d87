// SPDX-License-Identifier: BSD-2-Clause
/** Search in the active terminal's text and scrollback. */
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useSystem } from '../system_context';

export function SearchBar() {
  const { store, terminals } = useSystem();
  const [text, setText] = useState('');
  const [missed, setMissed] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const find = (forward: boolean): void => {
    const search = terminals.active()?.search;
    if (!search || !text) return;
    setMissed(!(forward ? search.findNext(text) : search.findPrevious(text)));
  };
  const close = (): void => {
    terminals.active()?.search?.clearDecorations();
    store.setState({ searchOpen: false });
    terminals.active()?.xterm.focus();
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    find(false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
  };
  return (
    <search>
      <form className="searchbar" onSubmit={onSubmit} onKeyDown={onKeyDown}>
        <input
          ref={input}
          type="search"
          aria-label="Text to find in the terminal"
          placeholder="Find in this terminal"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="searchbar-result" role="status">
          {missed ? 'not found' : ''}
        </span>
        <button type="button" className="icon-button" aria-label="Previous match" onClick={() => find(false)}>
          <ChevronUp size={16} />
        </button>
        <button type="button" className="icon-button" aria-label="Next match" onClick={() => find(true)}>
          <ChevronDown size={16} />
        </button>
        <button type="button" className="icon-button" aria-label="Close search" onClick={close}>
          <X size={16} />
        </button>
      </form>
    </search>
  );
}
