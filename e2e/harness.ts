// SPDX-License-Identifier: BSD-2-Clause
/** The page under test, in the words of a user: run a command, drop an image, read what the terminal says. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

export interface RunResult {
  readonly status: number;
  readonly output: string;
}

/** Further parameters of the address for a whole run, such as RUMPUS_E2E_QUERY='store=memory'. */
const EXTRA = new URLSearchParams(process.env['RUMPUS_E2E_QUERY'] ?? '');

let lastMark = 0;

export class RumpusPage {
  constructor(readonly page: Page) {}

  /** Open the page and wait for the first prompt. Returns milliseconds from navigation to prompt. */
  async open(address = '/'): Promise<number> {
    const url = new URL(address, 'http://relative');
    url.searchParams.set('testing', '1');
    for (const [name, value] of EXTRA) url.searchParams.set(name, value);
    await this.page.goto(`.${url.pathname}${url.search}`);
    return this.prompt();
  }

  async prompt(): Promise<number> {
    await this.page.waitForFunction(() => window.__rump !== undefined);
    // One promise in the page, no polling: the idle test measures what is left.
    const reached = await this.page.evaluate(() => {
      const { system, whenPrompt } = window.__rump!;
      const failed = new Promise<string>((resolve) => {
        const look = (): void => {
          const { phase, failure, panic } = system.store.getState();
          if (phase === 'failed' || phase === 'panic') resolve(`${failure?.message ?? ''} ${panic?.message ?? ''}`);
        };
        system.store.subscribe(look);
        look();
      });
      return Promise.race([whenPrompt().then(() => undefined), failed]);
    });
    if (reached !== undefined) throw new Error(`no prompt: ${reached}`);
    return this.page.evaluate(() => window.__rump!.timings['prompt'] ?? Number.NaN);
  }

  async idle(): Promise<void> {
    await this.page.evaluate(() => window.__rump!.whenIdle());
  }

  text(): Promise<string> {
    return this.page.evaluate(() => window.__rump!.text());
  }

  async type(text: string): Promise<void> {
    await this.page.evaluate((typed) => window.__rump!.type(typed), text);
  }

  /** Run a command in the active terminal; its output and exit status. */
  async run(command: string, timeout = 30_000): Promise<RunResult> {
    lastMark += 1;
    const mark = `mark-${lastMark}-${Date.now() % 100_000}`;
    await this.type(`${command}; echo "${mark.slice(0, 4)}""${mark.slice(4)}=$?="\r`);
    const end = new RegExp(`^(.*)${mark}=(\\d+)=$`, 'm');
    await this.page.waitForFunction(([source]) => new RegExp(source!, 'm').test(window.__rump!.text()), [end.source], {
      timeout,
    });
    const text = await this.text();
    const found = end.exec(text);
    const echoed = text.lastIndexOf(`""${mark.slice(4)}`);
    const from = text.indexOf('\n', echoed) + 1;
    const output = text.slice(from, (found?.index ?? 0) + (found?.[1]?.length ?? 0));
    return { status: Number(found?.[2]), output };
  }

  async runOk(command: string, timeout?: number): Promise<string> {
    const { status, output } = await this.run(command, timeout);
    expect(status, `${command}\n${output}`).toBe(0);
    return output;
  }

  /** Choose files in the drawer, as the plain file input does. */
  async choose(...files: string[]): Promise<void> {
    await this.showPanel('Images');
    await this.page.getByTestId('image-input').setInputFiles(files);
    await this.idle();
  }

  /** Drop a file on the page. */
  async drop(path: string): Promise<void> {
    const content = readFileSync(path).toString('base64');
    await this.page.evaluate(
      async ([name, data]) => {
        const bytes = Uint8Array.from(atob(data!), (char) => char.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], name!));
        for (const type of ['dragenter', 'dragover', 'drop']) {
          window.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }
      },
      [basename(path), content] as const,
    );
  }

  /** Drop a file of any size: by way of an input, the page gets the file itself. */
  async dropFile(path: string): Promise<void> {
    await this.page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'to-drop';
      document.body.append(input);
    });
    await this.page.locator('#to-drop').setInputFiles(path);
    await this.page.evaluate(() => {
      const input = document.getElementById('to-drop') as HTMLInputElement;
      const transfer = new DataTransfer();
      transfer.items.add(input.files![0]!);
      input.remove();
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    });
  }

  image(name: string) {
    return this.page.getByRole('listitem').filter({ has: this.page.getByRole('heading', { name }) });
  }

  async attached(name: string): Promise<string> {
    const chip = this.image(name).getByText(/^\/dev\/rd\d+/);
    await expect(chip).toBeVisible();
    return (await chip.innerText()).split(' ')[0] ?? '';
  }

  /** Choose from an image's menu. */
  async menu(name: string, item: string): Promise<void> {
    await this.page.getByRole('button', { name: `Menu for ${name}` }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** An image out of the browser, as a file of this machine. */
  async exported(name: string, item: string): Promise<string> {
    const download = this.page.waitForEvent('download');
    await this.menu(name, item);
    return await (await download).path();
  }

  async showPanel(name: 'Start' | 'Images' | 'Boot'): Promise<void> {
    const tab = this.page.getByRole('tab', { name: new RegExp(`^${name}`) });
    if ((this.page.viewportSize()?.width ?? 1280) > 760) await tab.click();
    else await this.page.getByRole('navigation', { name: 'Panes' }).getByRole('button', { name }).click();
  }

  /** No serious or critical accessibility finding. */
  async accessible(): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).exclude('.xterm-rows').analyze();
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
    expect(found).toEqual([]);
  }
}
