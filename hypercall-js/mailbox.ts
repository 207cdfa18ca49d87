// SPDX-License-Identifier: BSD-2-Clause
/**
 * Layout of the shared control area of one kernel: an Int32Array over one SharedArrayBuffer.
 * No other file knows an index as a number; they use the names below.
 *
 * header
 *   word  name         writer       meaning
 *   0     STATE        any          BOOT -> READY (first instance started) -> RUNNING (rump_init returned 0)
 *                                   -> EXITED (rumpuser_exit) | PANICKED; the last two are final
 *   1     EXIT_VALUE   exiting      argument of rumpuser_exit
 *   2     HOST_SEQ     any          bumped when the host (page, Node main thread) has something to do
 *   3     REQ_SEQ      kernel       bumped when a storage request was posted
 *   4     COMP_HEAD    storage      completions written            6  COMP_LOCK
 *   5     COMP_TAIL    I/O thread   completions consumed
 *   8     PANIC_LEN    panicking    bytes of panic text valid (0 = none); claimed by compare-and-swap on PANIC_LOCK
 *   9     PANIC_LOCK
 *   10    KLOG_HEAD    printing     bytes ever written to the message ring, modulo 2^31
 *   11    KLOG_TAIL    host         bytes ever taken
 *   12    KLOG_LOCK    printing     futex mutex
 *   13    KLOG_DROPPED printing     bytes dropped because the host did not drain
 *   14    TRACE_HEAD   any          records ever written (index = head modulo ring size)
 *   15    TRACE_DROPPED host        records lost, as seen by the reader
 *   16    UP_READY     rumpuser_init  1 when the upcall table words are valid
 *   17    DAEMON       rumpuser_daemonize_*  0 no, 1 begun
 *   18    REQ_FREE     storage      bumped when a request slot became free
 *   19    THREADS_OFF  host         1 = RUMP_THREADS=0
 *   20    DL_*         dl_bootstrap four function indices (20..23)
 *   24    UPCALL       rumpuser_init  thirteen function indices, in the order of struct rumpuser_hyperup (24..36)
 *   37    STORAGE      host         1 = the storage worker is there or on its way
 *   38    IOTHREAD     kernel       1 = the I/O thread was started
 *   39    COARSE_MS    any          coarse clock, see rumpuser_clock.ts; never goes back
 *   40    HEAP_*       heap         see guest_heap.ts (words 40..63 and the bin heads)
 *
 * wake: whoever changes a word marked *_SEQ notifies it; everybody else waits only on STATE words of own slots.
 */

export const MAX_THREADS = 192;
export const MAX_PROCS = 192;
export const MAX_LINES = 20;
export const MAX_DISKS = 32;
export const MAX_FDS = 128;
export const MAX_REQS = 128;
export const LINE_IN_BYTES = 4096;
export const LINE_OUT_BYTES = 65536;
export const KLOG_BYTES = 131072;
export const PANIC_BYTES = 8192;
export const TRACE_RECORDS = 8192;
export const TRACE_WORDS = 10;
export const NAME_BYTES = 64;
/** Start record of a process the host itself starts, one area a line. */
export const START_BYTES = 4096;

// header
export const H_STATE = 0;
export const H_EXIT_VALUE = 1;
export const H_HOST_SEQ = 2;
export const H_REQ_SEQ = 3;
export const H_COMP_HEAD = 4;
export const H_COMP_TAIL = 5;
export const H_PANIC_LEN = 8;
export const H_PANIC_LOCK = 9;
export const H_KLOG_HEAD = 10;
export const H_KLOG_TAIL = 11;
export const H_KLOG_LOCK = 12;
export const H_KLOG_DROPPED = 13;
export const H_TRACE_HEAD = 14;
export const H_TRACE_DROPPED = 15;
export const H_UP_READY = 16;
export const H_DAEMON = 17;
export const H_REQ_FREE = 18;
export const H_THREADS_OFF = 19;
export const H_DL = 20;
export const H_UPCALL = 24;
/** 1 = the storage worker is there or on its way. */
export const H_STORAGE = 37;
/** 1 = the I/O thread was started. */
export const H_IOTHREAD = 38;
/** Coarse clock: milliseconds since the kernel's origin, modulo 2^32. */
export const H_COARSE_MS = 39;
export const H_HEAP = 40;
const HEADER_WORDS = 256;

/** Kernel states (H_STATE). */
export const KS_BOOT = 0;
export const KS_READY = 1;
export const KS_RUNNING = 2;
export const KS_EXITED = 3;
export const KS_PANICKED = 4;

/*
 * thread slot: one worker that can run kernel threads or programs.
 *   word    writer          meaning
 *   STATE   creator/worker  FREE -> STARTING (host: worker is coming) -> IDLE (worker: asleep)
 *                           IDLE -> FILLING (creator, by CAS) -> RUN (creator; notified) -> IDLE | EXITED (worker)
 *                           STARTING -> FILLING -> PENDING (creator) -> RUN (worker, when it arrives)
 *                           FREE -> FILLING -> ORDERED (creator; host is woken) -> PENDING (host, worker ordered)
 *                           EXITED -> IDLE (joiner)      any -> FREE (host, worker terminated)
 *   JOB     creator         what to run: JOB_*
 */
export const T_STATE = 0;
export const T_KIND = 1;
export const T_JOB = 2;
export const T_FUNC = 3;
export const T_ARG = 4;
export const T_JOINABLE = 5;
export const T_GEN = 6;
export const T_STACK = 7;
export const T_TLS = 8;
export const T_SCRATCH = 9;
export const T_LWP = 10;
export const T_PROC = 11;
export const T_PRIORITY = 12;
export const T_CPU = 13;
/** 1 while the worker is inside an export of the kernel; written by that worker only (kernel_instance.ts). */
export const T_IN_KERNEL = 14;
/** 1 = the host is about to terminate this worker: it must not enter the kernel again. */
export const T_KILL = 15;
export const T_NAME = 16; // 32 bytes
export const T_WORDS = 24;

export const TS_FREE = 0;
export const TS_STARTING = 1;
export const TS_IDLE = 2;
export const TS_FILLING = 3;
export const TS_RUN = 4;
export const TS_PENDING = 5;
export const TS_ORDERED = 6;
export const TS_EXITED = 7;

export const TK_KTHREAD = 0;
export const TK_PROGRAM = 1;
export const TK_TOOL = 2;

/** FUNC(ARG) in the guest. */
export const JOB_GUEST = 0;
/** The thread that turns storage completions into biodone calls. */
export const JOB_BIODONE = 1;
/** A program; ARG = process slot. */
export const JOB_PROGRAM = 2;
/** Copy a kernel descriptor to a console ring or back; ARG = guest pointer to {fd, line, direction, lwp}. */
export const JOB_PUMP = 3;

/*
 * process slot: one program known to the host.
 *   STATE  FREE -> ALIVE (spawner) <-> STOPPED (itself) -> ZOMBIE (its worker or the host) -> FREE (waiter, or host for orphans)
 *   WAKE   bumped and notified whenever a signal, or an event of a child, arrives for this process
 */
export const P_STATE = 0;
export const P_PID = 1;
/** Process slot of the parent, or -1: the host waits. */
export const P_PARENT = 2;
export const P_SIG_LO = 3;
export const P_SIG_HI = 4;
/** Non-zero while SIG_LO or SIG_HI may be. */
export const P_SIGFLAG = 5;
export const P_WAKE = 6;
/** Event not yet reported to the parent: EV_*, with P_VALUE. */
export const P_EVENT = 7;
export const P_VALUE = 8;
export const P_THREAD = 9;
export const P_LWP = 10;
/** Start record, JSON in guest memory; 0 = in the start area of P_LINE, for what the host starts. */
export const P_START = 11;
export const P_STARTLEN = 12;
/** Console line of its session, -1 none. */
export const P_LINE = 13;
/** Times a deadly signal was posted and not yet looked at. */
export const P_INSIST = 14;
/** Reply to a control request: futex, then pointer and length. */
export const P_CTL = 15;
export const P_CTLPTR = 16;
export const P_CTLLEN = 17;
/** Command line, words separated by \x1f, ARGS_BYTES. */
export const P_ARGS = 20;
export const ARGS_BYTES = 128;
export const P_WORDS = P_ARGS + ARGS_BYTES / 4;

export const PS_FREE = 0;
export const PS_ALIVE = 1;
export const PS_STOPPED = 2;
export const PS_ZOMBIE = 3;
export const PS_FILLING = 4;

export const EV_NONE = 0;
export const EV_EXITED = 1;
export const EV_SIGNALED = 2;
export const EV_STOPPED = 3;
export const EV_CONTINUED = 4;

/*
 * console line: two byte rings. Head = bytes ever written, tail = bytes ever taken (modulo 2^32, compared as a difference).
 *   IN:  writer host, reader the kernel's cons thread (waits on IN_SEQ)
 *   OUT: writers kernel threads under OUT_LOCK (wait on OUT_SPACE when full), reader host
 */
export const L_STATE = 0;
export const L_IN_HEAD = 1;
export const L_IN_TAIL = 2;
export const L_IN_SEQ = 3;
export const L_EVENTS = 4;
export const L_ROWS = 5;
export const L_COLS = 6;
export const L_OUT_HEAD = 7;
export const L_OUT_TAIL = 8;
export const L_OUT_SPACE = 9;
export const L_OUT_LOCK = 10;
/** 1 = the host has input waiting for room and wants HOST_SEQ bumped. */
export const L_IN_WANT = 11;
/** 1 = the host closed the line: output is thrown away. */
export const L_CLOSED = 12;
/** 1 = no more output will come (a pump saw end of file). */
export const L_OUT_EOF = 13;
export const L_WORDS = 16;

export const LE_DATA = 1;
export const LE_WINSIZE = 2;
export const LE_HANGUP = 4;

/** Disk (host object) entry. */
export const D_STATE = 0;
export const D_KIND = 1;
export const D_SIZE_LO = 2;
export const D_SIZE_HI = 3;
export const D_RDONLY = 4;
/** Host descriptor (DK_NODE). */
export const D_HOSTFD = 5;
/** 1 = a file made by rumpuser_open, not a disk: a name space of its own. */
export const D_FILE = 6;
export const D_NAME = 8; // NAME_BYTES
export const D_WORDS = 8 + NAME_BYTES / 4;

export const DS_FREE = 0;
export const DS_FILLING = 1;
export const DS_READY = 2;
export const DS_GONE = 3;

/** Served by the storage worker through the request ring. */
export const DK_STORE = 1;
/** A descriptor of the Node process: read and written in place. */
export const DK_NODE = 2;
/** Bytes held by the one thread of a RUMP_THREADS=0 kernel. */
export const DK_LOCAL = 3;

/** Hypercall descriptor entry. */
export const F_STATE = 0;
export const F_DISK = 1;
export const F_HOSTFD = 2;
export const F_MODE = 3;
export const F_POS_LO = 4;
export const F_POS_HI = 5;
export const F_LOCK = 6;
export const F_WORDS = 8;

/*
 * storage request: FREE -> FILLING (poster, CAS) -> POSTED -> TAKEN (storage) -> DONE (storage) -> FREE
 * An asynchronous one (R_FN != 0) is freed by the I/O thread, a synchronous one by its poster, which waits on STATE.
 */
export const R_STATE = 0;
export const R_OP = 1;
export const R_DISK = 2;
export const R_FLAGS = 3;
export const R_PTR = 4;
export const R_LEN = 5;
export const R_OFF_LO = 6;
export const R_OFF_HI = 7;
export const R_ERROR = 8;
export const R_BYTES = 9;
export const R_FN = 10;
export const R_ARG = 11;
export const R_WORDS = 12;

export const RS_FREE = 0;
export const RS_FILLING = 1;
export const RS_POSTED = 2;
export const RS_TAKEN = 3;
export const RS_DONE = 4;

export const RO_READ = 1;
export const RO_WRITE = 2;
export const RO_SYNC = 3;
export const RO_BARRIER = 4;
/** Make an empty growing object; disk entry is already reserved. */
export const RO_CREATE = 5;
export const RO_CLOSE = 6;

/** Bins of the page allocator: 1..31 pages exact, then by powers of two. */
export const HEAP_BINS = 64;
export const HEAP_CLASSES = 16;

export interface MailboxLayout {
  readonly threads: number;
  readonly procs: number;
  readonly lines: number;
  readonly disks: number;
  readonly fds: number;
  readonly reqs: number;
  readonly completions: number;
  readonly heapTag: number;
  readonly heapNext: number;
  readonly heapPrev: number;
  readonly trace: number;
  readonly klogByte: number;
  readonly panicByte: number;
  readonly lineBytes: number;
  readonly startBytes: number;
  readonly bytes: number;
}

function layoutOf(heapPages: number, trace: boolean): MailboxLayout {
  let at = HEADER_WORDS;
  const take = (words: number): number => {
    const here = at;
    at += (words + 15) & ~15;
    return here;
  };
  const threads = take(MAX_THREADS * T_WORDS);
  const procs = take(MAX_PROCS * P_WORDS);
  const lines = take(MAX_LINES * L_WORDS);
  const disks = take(MAX_DISKS * D_WORDS);
  const fds = take(MAX_FDS * F_WORDS);
  const reqs = take(MAX_REQS * R_WORDS);
  const completions = take(MAX_REQS);
  const heapTag = take(heapPages + 1);
  const heapNext = take(heapPages + 1);
  const heapPrev = take(heapPages + 1);
  const traceAt = take(trace ? TRACE_RECORDS * TRACE_WORDS : 0);
  const klogByte = take(KLOG_BYTES / 4) * 4;
  const panicByte = take(PANIC_BYTES / 4) * 4;
  const lineBytes = take((MAX_LINES * (LINE_IN_BYTES + LINE_OUT_BYTES)) / 4) * 4;
  const startBytes = take((MAX_LINES * START_BYTES) / 4) * 4;
  return {
    threads,
    procs,
    lines,
    disks,
    fds,
    reqs,
    completions,
    heapTag,
    heapNext,
    heapPrev,
    trace: trace ? traceAt : -1,
    klogByte,
    panicByte,
    lineBytes,
    startBytes,
    bytes: at * 4,
  };
}

/** What is sent to a worker so that it can open the same control area. */
export interface MailboxRef {
  readonly buffer: SharedArrayBuffer;
  readonly heapPages: number;
  readonly trace: boolean;
}

/** The control area, opened in one thread. */
export class Mailbox {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly layout: MailboxLayout;

  private constructor(readonly ref: MailboxRef) {
    this.layout = layoutOf(ref.heapPages, ref.trace);
    this.words = new Int32Array(ref.buffer);
    this.bytes = new Uint8Array(ref.buffer);
  }

  /** Make the area of a new kernel whose guest memory has `guestBytes` bytes. */
  static create(guestBytes: number, trace: boolean): Mailbox {
    const heapPages = Math.ceil(guestBytes / 4096);
    const buffer = new SharedArrayBuffer(layoutOf(heapPages, trace).bytes);
    return new Mailbox({ buffer, heapPages, trace });
  }

  static open(ref: MailboxRef): Mailbox {
    return new Mailbox(ref);
  }

  thread(slot: number): number {
    return this.layout.threads + slot * T_WORDS;
  }
  proc(slot: number): number {
    return this.layout.procs + slot * P_WORDS;
  }
  line(line: number): number {
    return this.layout.lines + line * L_WORDS;
  }
  disk(index: number): number {
    return this.layout.disks + index * D_WORDS;
  }
  fd(fd: number): number {
    return this.layout.fds + fd * F_WORDS;
  }
  req(slot: number): number {
    return this.layout.reqs + slot * R_WORDS;
  }
  lineIn(line: number): number {
    return this.layout.lineBytes + line * (LINE_IN_BYTES + LINE_OUT_BYTES);
  }
  lineOut(line: number): number {
    return this.lineIn(line) + LINE_IN_BYTES;
  }

  lineStart(line: number): number {
    return this.layout.startBytes + line * START_BYTES;
  }

  /** Tell the host thread that something changed. */
  wakeHost(): void {
    Atomics.add(this.words, H_HOST_SEQ, 1);
    Atomics.notify(this.words, H_HOST_SEQ);
  }

  /** Change a state word and wake its waiters. */
  publish(word: number, value: number): void {
    Atomics.store(this.words, word, value);
    Atomics.notify(this.words, word);
  }

  /** Bump a sequence word and wake its waiters. */
  bump(word: number): void {
    Atomics.add(this.words, word, 1);
    Atomics.notify(this.words, word);
  }

  /** Write a short name into a fixed field of `size` bytes at a word index. */
  putName(word: number, size: number, name: string): void {
    const at = word * 4;
    const data = new TextEncoder().encode(name).subarray(0, size - 1);
    this.bytes.fill(0, at, at + size);
    this.bytes.set(data, at);
  }

  getName(word: number, size: number): string {
    const at = word * 4;
    let end = at;
    while (end < at + size && this.bytes[end] !== 0) end++;
    return new TextDecoder().decode(this.bytes.slice(at, end));
  }

  /** Find a ready disk, or file, by name; -1 when there is none. */
  findDisk(name: string, file = false): number {
    for (let i = 0; i < MAX_DISKS; i++) {
      const d = this.disk(i);
      if (
        Atomics.load(this.words, d + D_STATE) === DS_READY &&
        (this.words[d + D_FILE] !== 0) === file &&
        this.getName(d + D_NAME, NAME_BYTES) === name
      )
        return i;
    }
    return -1;
  }

  /** Claim a free entry (FILLING) under `name`; -1 when all are taken. */
  claimDisk(name: string, file = false): number {
    for (let i = 0; i < MAX_DISKS; i++) {
      const d = this.disk(i);
      if (Atomics.compareExchange(this.words, d + D_STATE, DS_FREE, DS_FILLING) === DS_FREE) {
        this.words[d + D_FILE] = file ? 1 : 0;
        this.putName(d + D_NAME, NAME_BYTES, name);
        return i;
      }
    }
    return -1;
  }

  setDiskSize(index: number, size: number): void {
    const d = this.disk(index);
    this.words[d + D_SIZE_LO] = (size % 0x100000000) | 0;
    Atomics.store(this.words, d + D_SIZE_HI, Math.floor(size / 0x100000000));
  }

  diskSize(index: number): number {
    const d = this.disk(index);
    const hi = Atomics.load(this.words, d + D_SIZE_HI);
    return hi * 0x100000000 + ((this.words[d + D_SIZE_LO] as number) >>> 0);
  }
}
