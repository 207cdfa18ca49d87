// SPDX-License-Identifier: BSD-2-Clause
/** The invitation to drop or choose an image. */
import { Upload } from 'lucide-react';
import { type ChangeEvent, useRef } from 'react';
import { useSystem } from '../system_context';
import { canPickHandles, pickFiles } from './incoming';

/** Tests hand files to the plain input; a picker window cannot be scripted. */
const PLAIN_INPUT = new URLSearchParams(location.search).has('testing');

export function ImageChooser({ compact = false }: { compact?: boolean }) {
  const system = useSystem();
  const input = useRef<HTMLInputElement>(null);
  const choose = (): void => {
    if (!PLAIN_INPUT && canPickHandles()) void pickFiles().then((files) => system.images?.add(files));
    else input.current?.click();
  };
  const onChange = (event: ChangeEvent<HTMLInputElement>): void => {
    const files = [...(event.target.files ?? [])].map((file) => ({ file }));
    event.target.value = '';
    void system.images?.add(files);
  };
  return (
    <div className="chooser" data-compact={compact || undefined}>
      <button type="button" className="chooser-button" onClick={choose}>
        <Upload size={20} aria-hidden="true" />
        <span>
          <strong>Drop an image anywhere, or choose one</strong>
          <small>Raw, qcow2, VMDK, VHD, .gz, .zst or .zip, any size. It stays on this machine.</small>
        </span>
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid={compact ? undefined : 'image-input'}
        onChange={onChange}
      />
    </div>
  );
}
