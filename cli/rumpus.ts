// SPDX-License-Identifier: BSD-2-Clause
/** The `rumpus` command: the kernel, its shell and programs under Node. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandLineError, parseArguments, USAGE } from './arguments.ts';
import { type FileCommandName, isDiskTool, isFileCommand } from './fsutil/names.ts';
import { lockImage } from './image_lock.ts';

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'syscalls') {
    const { main: syscalls } = await import('./syscalls/main.ts');
    return syscalls(argv.slice(1), fileURLToPath(new URL('../kernel/rumpus.wasm', import.meta.url)));
  }
  const [command = '', ...words] = argv;
  if (isFileCommand(command)) return await (await import('./fsutil/main.ts')).main(command, words);
  if (isDiskTool(command)) return await (await import('./fsutil/main.ts')).diskTool(command, words);
  if (command === 'help' && isFileCommand(words[0] ?? ''))
    return (await import('./fsutil/help.ts')).help(words[0] as FileCommandName);
  const options = parseArguments(command === 'help' ? ['--help'] : argv);
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  for (const disk of options.disks) if (!disk.readOnly && existsSync(disk.path)) lockImage(disk.path);
  // Each way of running needs other parts; what is not needed is not loaded.
  if (options.call !== undefined) return await (await import('./run_foreign.ts')).runForeign(options);
  if (options.threads) return await (await import('./run_threaded.ts')).runThreaded(options);
  return await (await import('./run_inline.ts')).runInlineShell(options);
}

// Nobody reads any more (`rumpus -c yes | head`): end as of SIGPIPE, without a word.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 141 : 74));

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
    // Workers that sleep in the kernel would keep the process alive.
    process.stdout.write('', () => process.exit(status));
  },
  (error: unknown) => {
    if (error instanceof CommandLineError) process.stderr.write(`rumpus: ${error.message}\n${USAGE}`);
    else process.stderr.write(`rumpus: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof CommandLineError ? 2 : 1);
  },
);
