// SPDX-License-Identifier: BSD-2-Clause
/** An error of the shell itself (expansion, redirection, special builtin): ends a script, returns an interactive shell to its prompt. */
export class ShellError extends Error {
  constructor(
    message: string,
    readonly status = 2,
  ) {
    super(message);
  }
}

/** `break n`, `continue n`. */
export class LoopJump extends Error {
  constructor(
    readonly kind: 'break' | 'continue',
    public levels: number,
  ) {
    super(kind);
  }
}

/** `return n` from a function or sourced file. */
export class ReturnJump extends Error {
  constructor(readonly status: number) {
    super('return');
  }
}

/** ^C at an interactive shell: give up the command line. */
export class InterruptJump extends Error {}
