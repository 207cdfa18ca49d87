// SPDX-License-Identifier: BSD-2-Clause
/** Call a function of a foreign kernel by its link name, with integers. */
import { type FormEvent, useState } from 'react';
import { useSystem } from '../system_context';

function parseArguments(text: string): (number | bigint)[] {
  const words = text.split(/[\s,]+/).filter(Boolean);
  return words.map((word) => (word.endsWith('n') ? BigInt(word.slice(0, -1)) : Number(word)));
}

export function SymbolCaller({ symbols }: { symbols: readonly string[] }) {
  const system = useSystem();
  const [symbol, setSymbol] = useState(symbols[0] ?? '');
  const [text, setText] = useState('');
  const [answer, setAnswer] = useState('');
  const call = (event: FormEvent): void => {
    event.preventDefault();
    setAnswer('…');
    const result =
      system.foreignKernel?.callSymbol?.(symbol, parseArguments(text)) ?? Promise.reject(new Error('not supported'));
    result.then(setAnswer, (error: unknown) => setAnswer(error instanceof Error ? error.message : String(error)));
  };
  if (symbols.length === 0) return null;
  return (
    <>
      <h2>Call a function by name</h2>
      <form className="caller" onSubmit={call}>
        <select aria-label="Function" value={symbol} onChange={(event) => setSymbol(event.target.value)}>
          {symbols.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <input
          aria-label="Integer arguments"
          placeholder="arguments, e.g. 1 2"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button">
          Call
        </button>
        <output>{answer && `= ${answer}`}</output>
      </form>
    </>
  );
}
