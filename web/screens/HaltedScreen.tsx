// SPDX-License-Identifier: BSD-2-Clause
/** The kernel was halted on purpose. */
import { RotateCcw } from 'lucide-react';
import { useSystem } from '../system_context';
import { ScreenFrame } from './ScreenFrame';

export function HaltedScreen() {
  const system = useSystem();
  return (
    <ScreenFrame
      tone="calm"
      code="HALTED"
      title="The kernel has halted"
      actions={
        <button type="button" className="button primary" onClick={() => void system.reboot()}>
          <RotateCcw size={16} /> Boot again
        </button>
      }
    >
      <p>Everything was written out. It is safe to close this tab.</p>
    </ScreenFrame>
  );
}
