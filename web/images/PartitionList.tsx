// SPDX-License-Identifier: BSD-2-Clause
/** The partitions of an attached disk, each with a button that mounts it. */
import { formatBytes } from '../format';
import type { Wedge } from '../kernel_api';
import { isNarrow } from '../state/ui_store';
import { useSystem, useUi } from '../system_context';
import type { ImageEntry } from './image_entry';
import { mountPartitionCommand } from './mount_command';

export default function PartitionList({ entry, wedges }: { entry: ImageEntry; wedges: readonly Wedge[] }) {
  const system = useSystem();
  const running = useUi((state) => state.phase === 'running');
  const mount = (wedge: Wedge): void => {
    if (isNarrow()) system.store.setState({ sideOpen: false });
    system.terminals.active()?.type(`${mountPartitionCommand(entry, wedge)}\r`);
  };
  return (
    <div className="partitions">
      {wedges.length === 0 && <p className="advice">The kernel found no partitions on it.</p>}
      <ul aria-label={`Partitions of ${entry.name}`}>
        {wedges.map((wedge) => (
          <li key={wedge.device}>
            <span className="partition-name">
              <strong className="cut">{wedge.name || wedge.device}</strong>
              <small>
                /dev/{wedge.device} · {wedge.type || 'unknown'} · {formatBytes(wedge.size)}
              </small>
            </span>
            <button
              type="button"
              className="button"
              disabled={!running}
              aria-label={`Mount ${wedge.name || wedge.device}`}
              onClick={() => mount(wedge)}
            >
              Mount
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="button quiet" onClick={() => void system.images?.findPartitions(entry.id)}>
        Look again
      </button>
    </div>
  );
}
