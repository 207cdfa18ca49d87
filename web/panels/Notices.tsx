// SPDX-License-Identifier: BSD-2-Clause
/** Messages: what happened and what to do. They stay until dismissed. */
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { useSystem, useUi } from '../system_context';

const ICON = { info: <Info size={18} />, good: <CircleCheck size={18} />, bad: <CircleAlert size={18} /> };

export function Notices() {
  const { store } = useSystem();
  const notices = useUi((state) => state.notices);
  const dismiss = (id: number): void =>
    store.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
  return (
    <section className="notices" aria-label="Messages" aria-live="polite">
      {notices.map((notice) => (
        <div className="notice" key={notice.id} data-tone={notice.tone}>
          <span className="notice-icon" aria-hidden="true">
            {ICON[notice.tone]}
          </span>
          <p>
            <strong>{notice.text}</strong>
            {notice.hint && <span>{notice.hint}</span>}
          </p>
          <button type="button" className="icon-button" aria-label="Dismiss message" onClick={() => dismiss(notice.id)}>
            <X size={16} />
          </button>
        </div>
      ))}
    </section>
  );
}
