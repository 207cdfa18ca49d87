// SPDX-License-Identifier: BSD-2-Clause
/**
 * Figures for the status bar, read at most once a second and only while something happens.
 *
 * No timer runs in an idle or hidden tab: activity arms one reading, and one last reading follows the end of activity.
 */
import type { KernelHandle } from '../kernel_api';
import type { UiStore } from './ui_store';

const PERIOD_MS = 1000;

export class StatsMeter {
  private kernel: KernelHandle | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stirred = false;
  private last: { at: number; hypercalls: number } | undefined;

  constructor(private readonly store: UiStore) {}

  kernelReady(kernel: KernelHandle): void {
    this.kernel = kernel;
    this.last = undefined;
    this.activity();
  }

  kernelGone(): void {
    this.kernel = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  activity(): void {
    this.stirred = true;
    if (this.timer !== undefined || !this.kernel || document.hidden) return;
    this.timer = setTimeout(() => void this.read(), PERIOD_MS);
  }

  private async read(): Promise<void> {
    this.timer = undefined;
    const again = this.stirred;
    this.stirred = false;
    const stats = await this.kernel?.stats().catch(() => undefined);
    if (!stats) return;
    this.store.setState({ stats, hypercallRate: this.rate(stats.hypercalls) });
    if (again && !document.hidden && this.kernel) this.timer = setTimeout(() => void this.read(), PERIOD_MS);
  }

  private rate(hypercalls: number | undefined): number | undefined {
    if (hypercalls === undefined) return undefined;
    const now = performance.now();
    const before = this.last;
    this.last = { at: now, hypercalls };
    if (!before) return undefined;
    return Math.max(0, Math.round(((hypercalls - before.hypercalls) * 1000) / (now - before.at)));
  }
}
