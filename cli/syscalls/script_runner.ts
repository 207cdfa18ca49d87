// SPDX-License-Identifier: BSD-2-Clause
import type { KernelInstance } from '../../userland/abi.ts';
import * as N from '../../userland/librump/syscalls.gen.ts';
import { Call, type CommandTable, errorName, type Outcome } from './command.ts';
import { eventCommands } from './commands/event_commands.ts';
import { fileCommands } from './commands/file_commands.ts';
import { metaCommands } from './commands/meta_commands.ts';
import { mountCommands } from './commands/mount_commands.ts';
import { nameCommands } from './commands/name_commands.ts';
import { processCommands } from './commands/process_commands.ts';
import { socketCommands } from './commands/socket_commands.ts';
import { GuestBlock } from './guest_block.ts';
import { ScriptError } from './script_error.ts';
import { parseLine, type ScriptLine, type Token } from './script_line.ts';
import type { ScriptWorld } from './script_world.ts';

const COMMANDS: CommandTable = {
  ...fileCommands,
  ...metaCommands,
  ...nameCommands,
  ...mountCommands,
  ...processCommands,
  ...eventCommands,
  ...socketCommands,
};

const RFORK_CLEAR = 2;
const LAST_STD_FD = 2;

/** Runs a script of system calls on a booted kernel, line by line, and prints a record for each. */
export class ScriptRunner {
  private readonly guest: GuestBlock;
  private readonly world: ScriptWorld;

  constructor(
    kernel: KernelInstance,
    where: { readonly fs: string; readonly imageDir: string },
    private readonly print: (line: string) => void,
  ) {
    this.guest = new GuestBlock(kernel);
    const rfork = kernel.exports.rump_pub_lwproc_rfork as (flags: number) => number;
    const errno = rfork(RFORK_CLEAR);
    if (errno !== 0) throw new Error(`cannot make the script's process: ${errorName(errno)}`);
    const curlwp = kernel.exports.rump_pub_lwproc_curlwp as () => number;
    this.world = {
      ...where,
      variables: new Map(),
      snapshots: new Map(),
      processes: new Map([['main', curlwp()]]),
      current: 'main',
      mounts: new Map(),
    };
  }

  /** Run a whole script; false when a line could not be understood. */
  run(script: string): boolean {
    for (const line of script.split('\n')) {
      let parsed: ScriptLine | undefined;
      try {
        parsed = parseLine(line);
        if (parsed === undefined) continue;
        this.print(line);
        this.runLine(parsed);
      } catch (error) {
        if (!(error instanceof ScriptError)) throw error;
        if (parsed === undefined) this.print(line);
        this.print(`    SCRIPT-ERROR ${error.message}`);
        return false;
      }
    }
    return true;
  }

  private runLine(line: ScriptLine): void {
    if (line.command === 'loop') {
      this.print(`    ${this.loop(line.args)}`);
      return;
    }
    const outcome = this.execute(line.command, line.args);
    if (line.variable !== undefined) this.world.variables.set(line.variable, outcome.value);
    if (outcome.errno !== 0) {
      this.print(`    err ${errorName(outcome.errno)}`);
      return;
    }
    const success = outcome as Outcome & { errno: 0; text: string; lines?: readonly string[] };
    this.print(`    ok${success.text === '' ? '' : ` ${success.text}`}`);
    for (const more of success.lines ?? []) this.print(more);
  }

  private execute(name: string, args: readonly Token[]): Outcome {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) throw new ScriptError(`unknown command ${name}`);
    try {
      return command(new Call(name, args, this.guest, this.world));
    } finally {
      this.guest.release();
    }
  }

  /** `loop N CMD…`: how many of N runs succeeded, and the first failure. */
  private loop(args: readonly Token[]): string {
    const [count, command, ...rest] = args;
    if (count === undefined || command === undefined) throw new ScriptError('loop: N COMMAND');
    const total = Number(count.text);
    let succeeded = 0;
    let first = '';
    for (let i = 0; i < total; i++) {
      const words = rest.map((token) => ({ ...token, text: token.text.replaceAll('%d', String(i)) }));
      const outcome = this.execute(command.text, words);
      if (outcome.errno === 0) succeeded++;
      else if (first === '') first = ` first error at ${i}: ${errorName(outcome.errno)}`;
      if (command.text === 'open' && outcome.errno === 0 && Number(outcome.value) > LAST_STD_FD) {
        this.guest.call(N.SYS_close, Number(outcome.value));
      }
    }
    return `ok ${succeeded} of ${total}${first}`;
  }
}
