// SPDX-License-Identifier: BSD-2-Clause
/** The whole page takes files; while one hovers a veil says so. */
import { HardDriveDownload } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useSystem } from '../system_context';
import { droppedFiles } from './incoming';

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

export function DropZone() {
  const system = useSystem();
  const [hovering, setHovering] = useState(false);
  useEffect(() => {
    let depth = 0;
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      depth += 1;
      setHovering(true);
    };
    const leave = (): void => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setHovering(false);
    };
    const over = (event: DragEvent): void => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      depth = 0;
      setHovering(false);
      if (!event.dataTransfer || !carriesFiles(event)) return;
      event.preventDefault();
      void droppedFiles(event.dataTransfer).then((files) => system.images?.add(files));
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: over, drop } as const;
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name as 'drop', listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name as 'drop', listener);
    };
  }, [system]);
  if (!hovering) return null;
  return (
    <div className="veil" aria-hidden="true">
      <div className="veil-card">
        <HardDriveDownload size={40} />
        <p>Let go to attach it as a disk</p>
      </div>
    </div>
  );
}
