// SPDX-License-Identifier: BSD-2-Clause
/** Frame of a covering screen: code, title, content, actions. Takes the focus when it appears. */
import { type ReactNode, useEffect, useRef } from 'react';

interface FrameProps {
  readonly tone: 'bad' | 'calm';
  readonly code: string;
  readonly title: string;
  readonly children: ReactNode;
  readonly actions: ReactNode;
}

export function ScreenFrame({ tone, code, title, children, actions }: FrameProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="screen" data-tone={tone} aria-labelledby="screen-title" data-testid="screen">
      <div className="screen-card">
        <p className="screen-code">{code}</p>
        <h1 id="screen-title" ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
        <div className="screen-actions">{actions}</div>
      </div>
    </section>
  );
}
