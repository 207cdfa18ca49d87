// SPDX-License-Identifier: BSD-2-Clause
import type { ProgramContext } from '../lib/program_context.ts';

const STEP_MS = 200;

/** A percentage on standard error while long work goes on, when that is a terminal; erased at the end. */
export class Progress {
  private readonly shown: boolean;
  private last: number;
  private width = 0;

  constructor(
    private readonly ctx: ProgramContext,
    private readonly what: string,
  ) {
    this.shown = ctx.sys.isatty(2);
    this.last = ctx.host.now();
  }

  /** @param done  of @param total units; cheap enough to call for each */
  step(done: number, total: number): void {
    if (!this.shown || this.ctx.host.now() - this.last < STEP_MS) return;
    this.last = this.ctx.host.now();
    this.show(`${this.what} ${Math.floor((done * 100) / Math.max(total, 1))}%`);
  }

  end(): void {
    if (this.width > 0) this.show('');
  }

  private show(text: string): void {
    this.ctx.err.write(`\r${text.padEnd(this.width)}\r${text}`);
    this.ctx.err.flush();
    this.width = text.length;
  }
}
