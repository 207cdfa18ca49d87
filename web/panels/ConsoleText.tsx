// SPDX-License-Identifier: BSD-2-Clause
/** Plain text in a box that scrolls, also by keyboard. */
export function ConsoleText({ label, text, testId }: { label: string; text: string; testId?: string }) {
  return (
    <section
      className="console"
      aria-label={label}
      data-testid={testId}
      // A box that scrolls must be reachable by keyboard (WCAG 2.1.1).
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
    >
      {text}
    </section>
  );
}
