// SPDX-License-Identifier: BSD-2-Clause
/**
 * One running system on the page: its kernel, terminals, images and what the views show of them.
 *
 * Nothing here is module-level: two systems can live on one page, and each test makes its own.
 * States	booting -> running -> (panic | halted) -> booting; booting -> failed; booting -> foreign.
 */
import { changeStage, failRunning, freshTimeline, type Stage, type StageId } from './boot/boot_timeline';
import { missingFeatures, readBrowserFacts } from './boot/browser_check';
import { asFailure, Failure } from './boot/failure';
import { type KernelOrigin, type LoadedKernel, loadKernel } from './boot/kernel_source';
import { formatBytes } from './format';
import type { ImageManager } from './images/image_manager';
import type { KernelHandle, KernelHost, PanicReport } from './kernel_api';
import { StatsMeter } from './state/stats_meter';
import { createUiStore, type UiStore } from './state/ui_store';
import { TerminalRegistry } from './terminal/terminal_registry';
import type { TerminalSession } from './terminal/terminal_session';

/** Console text kept for the Boot panel and for reports. */
const CONSOLE_LIMIT = 64 * 1024;
const TRACE_LIMIT = 200;
const WELCOME = '\r\nThis kernel runs in your tab. Type \x1b[1mhelp\x1b[0m, or drop a disk image on the page.\r\n';
const CONSOLE_COLOUR = '\x1b[32m';

export interface SystemParts {
  host(): Promise<KernelHost>;
  images(store: UiStore): Promise<ImageManager>;
  readonly ncpu?: number;
  readonly memoryMiB?: number;
  readonly params?: Readonly<Record<string, string>>;
  /** Show the newest hypercalls in the Boot panel. */
  readonly trace?: boolean;
}

export class System {
  readonly store: UiStore = createUiStore();
  readonly terminals: TerminalRegistry;
  readonly timings: Record<string, number> = {};
  images: ImageManager | undefined;
  origin: KernelOrigin | undefined;
  kernel: KernelHandle | undefined;
  /** A kernel that booted but has no shell. */
  foreignKernel: KernelHandle | undefined;
  private readonly meter: StatsMeter;
  private loaded: LoadedKernel | undefined;
  private promptWaiters: (() => void)[] = [];
  private atPrompt = false;
  private booting: Promise<void> | undefined;

  constructor(private readonly parts: SystemParts) {
    this.meter = new StatsMeter(this.store);
    this.terminals = new TerminalRegistry(this.store, {
      onFirstPrompt: () => this.promptReached(),
      onActivity: () => this.meter.activity(),
    });
  }

  boot(origin: KernelOrigin): Promise<void> {
    this.origin = origin;
    this.booting = this.bootSteps(origin).catch((error: unknown) => this.fail(error));
    return this.booting;
  }

  /** Boot again with the same images; also the way out of a panic. */
  async reboot(origin: KernelOrigin | undefined = this.origin): Promise<void> {
    if (!origin) return;
    this.stopKernel();
    if (origin !== this.origin) this.loaded = undefined;
    this.atPrompt = false;
    this.store.setState({
      phase: 'booting',
      stages: freshTimeline(),
      failure: undefined,
      panic: undefined,
      foreign: undefined,
      consoleLog: '',
      trace: [],
      promptMs: undefined,
      stats: undefined,
    });
    await this.terminals.reset();
    await this.boot(origin);
  }

  async halt(): Promise<void> {
    await this.kernel?.halt();
    this.exited();
  }

  /** Resolves at the first prompt of this boot. */
  whenPrompt(): Promise<void> {
    if (this.atPrompt) return Promise.resolve();
    return new Promise((resolve) => this.promptWaiters.push(resolve));
  }

  /** Resolves when neither booting nor working on images. */
  async whenIdle(): Promise<void> {
    await this.booting;
    await this.images?.whenIdle();
  }

  /** What a report needs and nothing about the user. */
  diagnostics(): string {
    const state = this.store.getState();
    const facts = {
      phase: state.phase,
      kernel: state.kernelName,
      failure: state.failure && {
        code: state.failure.code,
        message: state.failure.message,
        detail: state.failure.detail,
      },
      panic: state.panic,
      stages: state.stages,
      browser: readBrowserFacts(),
      userAgent: navigator.userAgent,
      images: state.images.map(({ size, kind, keeping, state: at }) => ({
        size,
        type: kind.label,
        keeping,
        state: at.tag,
      })),
    };
    return `${JSON.stringify(facts, null, 2)}\n\n--- console ---\n${state.consoleLog}`;
  }

  private async bootSteps(origin: KernelOrigin): Promise<void> {
    this.checkBrowser();
    const open = this.terminals.active();
    const firstTerminal = open ? Promise.resolve(open) : this.terminals.prepare();
    const images = this.prepareImages();
    const host = this.parts.host();
    const loaded = await this.load(origin);
    const session = await firstTerminal;
    await this.bootKernel(await host, loaded, session);
    if (!this.kernel) return;
    await this.startShell(this.kernel, session, images);
  }

  private checkBrowser(): void {
    this.begin('browser');
    const facts = readBrowserFacts();
    const missing = missingFeatures(facts);
    if (missing.length > 0) throw new Failure('E-OLD', `This browser lacks ${missing.join(' and ')}.`);
    if (!facts.isolated) throw new Failure('E-ISO', 'This page is not cross-origin isolated.');
    this.finish('browser', { detail: 'isolated, WebAssembly threads' });
  }

  private async prepareImages(): Promise<ImageManager> {
    if (this.images) return this.images;
    const manager = await this.parts.images(this.store);
    this.images = manager;
    try {
      await manager.load();
    } catch (error) {
      this.store.setState({ imagesProblem: error instanceof Error ? error.message : String(error) });
    }
    return manager;
  }

  private async load(origin: KernelOrigin): Promise<LoadedKernel> {
    this.begin('download');
    if (!this.loaded) {
      this.loaded = await loadKernel(origin, {
        bytes: (received, total) => this.progress(received, total),
        retrying: (attempt, reason) => this.update('download', { detail: `try ${attempt} of 3 (${reason})` }),
        downloaded: (bytes, fromCache) => {
          this.finish('download', { detail: `${formatBytes(bytes)}${fromCache ? ' from cache' : ''}` });
          this.begin('compile');
        },
      });
    } else {
      this.finish('download', { detail: `${formatBytes(this.loaded.bytes)} in memory` });
      this.begin('compile');
    }
    this.finish('compile', {});
    const name = origin.kind === 'file' ? origin.file.name : origin.kind === 'url' ? origin.url : 'built-in kernel';
    this.store.setState({ kernelName: name });
    return this.loaded;
  }

  private progress(received: number, total: number | undefined): void {
    const detail = total ? `${formatBytes(received)} of ${formatBytes(total)}` : formatBytes(received);
    this.update('download', { detail, ...(total ? { progress: received / total } : {}) });
  }

  private async bootKernel(host: KernelHost, loaded: LoadedKernel, session: TerminalSession): Promise<void> {
    this.begin('init');
    const report = host.inspect(loaded.module);
    if (!report.can.boot) {
      this.store.setState({ phase: 'foreign', foreign: report });
      return;
    }
    const kernel = await host.boot({
      module: loaded.module,
      raw: loaded.raw,
      shell: report.can.shell,
      params: this.parts.params ?? {},
      ncpu: this.parts.ncpu ?? Math.min(2, Math.max(1, navigator.hardwareConcurrency || 1)),
      memoryMiB: this.parts.memoryMiB,
      onStage: (stage, detail) => this.update('init', { detail: detail ? `${stage}: ${detail}` : stage }),
      onConsole: (bytes) => this.console(bytes, session),
      onPanic: (panic) => this.panicked(panic),
      onExit: () => this.exited(),
      ...(report.can.shell && !this.parts.trace ? {} : { onTrace: (line: string) => this.traced(line) }),
    });
    if (this.store.getState().phase === 'panic') {
      kernel.dispose();
      return;
    }
    this.kernel = kernel;
    this.finish('init', { detail: 'rump_init returned 0' });
    this.store.setState({ bootedAt: new Date() });
    if (report.can.shell) return;
    this.foreignKernel = kernel;
    this.kernel = undefined;
    this.store.setState({ phase: 'foreign', foreign: report });
  }

  private async startShell(
    kernel: KernelHandle,
    session: TerminalSession,
    images: Promise<ImageManager>,
  ): Promise<void> {
    this.begin('disks');
    this.terminals.kernelReady(kernel);
    this.meter.kernelReady(kernel);
    const disks = images
      .then((manager) => manager.kernelReady(kernel))
      .then(() => {
        const count = this.store.getState().images.filter((image) => image.state.tag === 'attached').length;
        this.finish('disks', { detail: count === 0 ? 'none' : `${count} attached` });
      });
    this.begin('prompt');
    session.print(WELCOME);
    await this.terminals.startShell(session);
    this.store.setState({ phase: 'running' });
    await disks;
  }

  /** Kernel messages: on the first terminal until its shell runs, in the Boot panel always. */
  private console(bytes: Uint8Array, session: TerminalSession): void {
    const text = new TextDecoder().decode(bytes);
    this.store.setState((state) => ({ consoleLog: (state.consoleLog + text).slice(-CONSOLE_LIMIT) }));
    if (this.store.getState().phase !== 'booting') return;
    session.print(`${CONSOLE_COLOUR}${text.replace(/\r?\n/g, '\r\n')}\x1b[0m`);
  }

  /** Hypercalls of a foreign kernel; the newest TRACE_LIMIT are kept. */
  private traced(line: string): void {
    this.store.setState((state) => ({ trace: [...state.trace.slice(1 - TRACE_LIMIT), line] }));
  }

  private promptReached(): void {
    if (this.atPrompt) return;
    this.atPrompt = true;
    this.finish('prompt', {});
    const now = performance.now();
    this.timings['prompt'] ??= now;
    this.store.setState({ promptMs: this.stage('prompt')?.endedAt });
    for (const waiter of this.promptWaiters.splice(0)) waiter();
  }

  private panicked(panic: PanicReport): void {
    this.stopKernel();
    this.store.setState((state) => ({ phase: 'panic', panic, stages: failRunning(state.stages, performance.now()) }));
  }

  private exited(): void {
    if (this.store.getState().phase === 'panic') return;
    this.stopKernel();
    this.store.setState({ phase: 'halted' });
  }

  private stopKernel(): void {
    this.meter.kernelGone();
    this.terminals.kernelGone();
    this.images?.kernelGone();
    this.kernel?.dispose();
    this.foreignKernel?.dispose();
    this.kernel = undefined;
    this.foreignKernel = undefined;
  }

  private fail(error: unknown): void {
    const failure = asFailure(error, 'E-BOOT');
    this.stopKernel();
    this.loaded = undefined;
    this.store.setState((state) => ({
      phase: state.phase === 'panic' ? 'panic' : 'failed',
      failure,
      stages: failRunning(state.stages, performance.now()),
    }));
  }

  private stage(id: StageId): Stage | undefined {
    return this.store.getState().stages.find((stage) => stage.id === id);
  }

  private begin(id: StageId): void {
    this.update(id, { state: 'running', startedAt: performance.now() });
  }

  private finish(id: StageId, change: Partial<Stage>): void {
    const endedAt = performance.now();
    this.timings[id] = endedAt;
    this.update(id, { ...change, state: 'done', endedAt, progress: 1 });
  }

  private update(id: StageId, change: Partial<Stage>): void {
    this.store.setState((state) => ({ stages: changeStage(state.stages, id, change) }));
  }
}
