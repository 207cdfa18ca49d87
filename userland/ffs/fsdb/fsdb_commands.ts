// SPDX-License-Identifier: BSD-2-Clause
import { EDIT_COMMANDS } from './fsdb_edit.ts';
import { LOOK_COMMANDS } from './fsdb_look.ts';
import { FsdbError, type FsdbSession } from './fsdb_session.ts';

export interface FsdbCommand {
  readonly names: readonly string[];
  /** How many arguments at least and at most. */
  readonly args: readonly [min: number, max: number];
  readonly help: string;
  /** @returns what is shown @throws FsdbError */
  run(session: FsdbSession, args: readonly string[]): string;
}

const QUIT = ['quit', 'q', 'exit'];
const HELP = ['help', '?'];
const COMMANDS: readonly FsdbCommand[] = [...LOOK_COMMANDS, ...EDIT_COMMANDS];

function help(): string {
  const row = (name: string, min: number | string, max: number | string, what: string) =>
    `${name.padEnd(10)} ${String(min).padStart(5)} ${String(max).padStart(5)}   ${what}\n`;
  let text = `Commands are:\n${row('command', 'min', 'max', 'what')}`;
  for (const name of HELP) text += row(name, 0, 0, 'Print out help');
  for (const { names, args, help } of COMMANDS) for (const name of names) text += row(name, args[0], args[1], help);
  for (const name of QUIT) text += row(name, 0, 0, 'Exit');
  return text;
}

/** One line typed to fsdb. @returns what is shown, undefined: leave @throws FsdbError */
export function runCommand(session: FsdbSession, line: string): string | undefined {
  const [name, ...args] = line.trim().split(/\s+/);
  if (name === undefined || name === '') return '';
  if (QUIT.includes(name)) return undefined;
  if (HELP.includes(name)) return help();
  const command = COMMANDS.find((c) => c.names.includes(name));
  if (command === undefined) throw new FsdbError(`unknown command \`${name}', try \`help'`);
  const [min, max] = command.args;
  if (args.length < min) throw new FsdbError(`command \`${name}' takes at least ${min} arguments`);
  if (args.length > max) throw new FsdbError(`command \`${name}' takes at most ${max} arguments`);
  return command.run(session, args);
}
