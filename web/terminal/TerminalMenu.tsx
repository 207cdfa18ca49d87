// SPDX-License-Identifier: BSD-2-Clause
/** What can be done with the active terminal. The menu itself is loaded at the first use of the page after the prompt. */
import { EllipsisVertical } from 'lucide-react';
import { lazy, Suspense } from 'react';

const Menu = lazy(() => import('./TerminalMenuContent'));

function Placeholder() {
  return (
    <button type="button" className="icon-button" aria-label="Terminal menu" disabled>
      <EllipsisVertical size={16} />
    </button>
  );
}

export function TerminalMenu() {
  return (
    <Suspense fallback={<Placeholder />}>
      <Menu />
    </Suspense>
  );
}
