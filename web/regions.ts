// SPDX-License-Identifier: BSD-2-Clause
/** F6 and Shift+F6 move the focus between the page's regions (elements marked data-region). */
const FOCUSABLE = 'button:not([disabled]), [href], input, textarea, [tabindex="0"]';

export function moveRegionFocus(backwards: boolean): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (region) => region.offsetParent !== null,
  );
  if (regions.length === 0) return;
  const current = regions.findIndex((region) => region.contains(document.activeElement));
  const step = backwards ? -1 : 1;
  const next = regions[(current + step + regions.length) % regions.length];
  const target =
    next?.querySelector<HTMLElement>('.xterm-helper-textarea') ?? next?.querySelector<HTMLElement>(FOCUSABLE) ?? next;
  target?.focus();
}
