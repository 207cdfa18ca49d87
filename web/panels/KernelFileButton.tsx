// SPDX-License-Identifier: BSD-2-Clause
/** Boot another kernel from a file. */
import { Cpu } from 'lucide-react';
import { type ChangeEvent, useRef } from 'react';
import { useSystem } from '../system_context';

export function KernelFileButton() {
  const system = useSystem();
  const input = useRef<HTMLInputElement>(null);
  const onChange = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file) void system.reboot({ kind: 'file', file });
  };
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        <Cpu size={16} /> Boot another kernel…
      </button>
      <input
        ref={input}
        type="file"
        accept=".wasm,application/wasm"
        hidden
        data-testid="kernel-input"
        onChange={onChange}
      />
    </>
  );
}
