// SPDX-License-Identifier: BSD-2-Clause
/** Asked before a running kernel is thrown away. */
import { AlertDialog } from 'radix-ui';
import { useSystem } from '../system_context';

export default function RebootDialog({ onClose }: { onClose: () => void }) {
  const system = useSystem();
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title>Reboot the kernel?</AlertDialog.Title>
          <AlertDialog.Description>
            All shells end, and what you made in memory (the root file system, tmpfs) is gone. Your images are attached
            again afterwards.
          </AlertDialog.Description>
          <div className="dialog-actions">
            <AlertDialog.Cancel className="button">Keep running</AlertDialog.Cancel>
            <AlertDialog.Action className="button primary" onClick={() => void system.reboot()}>
              Reboot
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
