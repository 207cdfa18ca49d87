// SPDX-License-Identifier: BSD-2-Clause
/** Signal numbers, names and descriptions as kill -l and a shell's messages show them. */
export const SIGNAMES: readonly string[] = [
  'EXIT',
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'EMT',
  'FPE',
  'KILL',
  'BUS',
  'SEGV',
  'SYS',
  'PIPE',
  'ALRM',
  'TERM',
  'URG',
  'STOP',
  'TSTP',
  'CONT',
  'CHLD',
  'TTIN',
  'TTOU',
  'IO',
  'XCPU',
  'XFSZ',
  'VTALRM',
  'PROF',
  'WINCH',
  'INFO',
  'USR1',
  'USR2',
  'PWR',
];

const DESCRIPTIONS: readonly string[] = [
  '',
  'Hangup',
  'Interrupt',
  'Quit',
  'Illegal instruction',
  'Trace/BPT trap',
  'Abort trap',
  'EMT trap',
  'Floating point exception',
  'Killed',
  'Bus error',
  'Segmentation fault',
  'Bad system call',
  'Broken pipe',
  'Alarm clock',
  'Terminated',
  'Urgent I/O condition',
  'Suspended (signal)',
  'Suspended',
  'Continued',
  'Child exited',
  'Stopped (tty input)',
  'Stopped (tty output)',
  'I/O possible',
  'CPU time limit exceeded',
  'File size limit exceeded',
  'Virtual timer expired',
  'Profiling timer expired',
  'Window size changed',
  'Information request',
  'User defined signal 1',
  'User defined signal 2',
  'Power fail/restart',
];

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGKILL = 9;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGURG = 16;
export const SIGSTOP = 17;
export const SIGTSTP = 18;
export const SIGCONT = 19;
export const SIGCHLD = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
export const SIGIO = 23;
export const SIGWINCH = 28;
export const SIGINFO = 29;

export function signalDescription(signal: number): string {
  return DESCRIPTIONS[signal] ?? `Signal ${signal}`;
}

/** Number of a signal named `INT`, `SIGINT`, `int` or `2`; undefined when unknown. */
export function signalNumber(text: string): number | undefined {
  if (/^[0-9]+$/.test(text)) {
    const n = Number(text);
    return n < 64 ? n : undefined;
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  const n = SIGNAMES.indexOf(name);
  return n < 0 ? undefined : n;
}

export type DefaultAction = 'terminate' | 'ignore' | 'stop' | 'continue';

export function defaultAction(signal: number): DefaultAction {
  switch (signal) {
    case SIGURG:
    case SIGCHLD:
    case SIGIO:
    case SIGWINCH:
    case SIGINFO:
      return 'ignore';
    case SIGCONT:
      return 'continue';
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return 'stop';
    default:
      return 'terminate';
  }
}
