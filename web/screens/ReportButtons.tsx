// SPDX-License-Identifier: BSD-2-Clause
/** Copy diagnostics, download the report: shared by the screens. */
import { ClipboardCopy, Download } from 'lucide-react';
import { useState } from 'react';
import { saveFile } from '../save_file';
import { useSystem } from '../system_context';

export function CopyDiagnostics() {
  const system = useSystem();
  const [said, setSaid] = useState('Copy diagnostics');
  const copy = (): void => {
    navigator.clipboard.writeText(system.diagnostics()).then(
      () => setSaid('Copied'),
      () => setSaid('The browser refused; download instead'),
    );
  };
  return (
    <button type="button" className="button" onClick={copy}>
      <ClipboardCopy size={16} /> {said}
    </button>
  );
}

export function DownloadReport({ name, label }: { name: string; label: string }) {
  const system = useSystem();
  const save = (): void => saveFile(new Blob([system.diagnostics()], { type: 'text/plain' }), name);
  return (
    <button type="button" className="button" onClick={save}>
      <Download size={16} /> {label}
    </button>
  );
}
