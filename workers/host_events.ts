// SPDX-License-Identifier: BSD-2-Clause
/**
 * Calls a function on a thread that may not block whenever a word of the control area changes, without polling: by
 * Atomics.waitAsync, or where that is missing by a helper worker that sleeps on the word and posts a message.
 */
export class WordWatcher {
  private stopped = false;
  private seen: number;
  private readonly helper: Worker | undefined;

  constructor(
    private readonly words: Int32Array,
    private readonly word: number,
    private readonly changed: () => void,
  ) {
    this.seen = Atomics.load(words, word);
    if (typeof Atomics.waitAsync === 'function') this.arm();
    else this.helper = startHelper(words, word, () => this.fire());
  }

  private arm(): void {
    while (!this.stopped) {
      const wait = Atomics.waitAsync(this.words, this.word, this.seen);
      if (wait.async) {
        void wait.value.then(() => this.fire());
        return;
      }
      this.seen = Atomics.load(this.words, this.word);
      this.changed();
    }
  }

  private fire(): void {
    if (this.stopped) return;
    this.seen = Atomics.load(this.words, this.word);
    this.changed();
    if (this.helper === undefined) this.arm();
  }

  stop(): void {
    this.stopped = true;
    this.helper?.terminate();
    Atomics.notify(this.words, this.word);
  }
}

const HELPER = `onmessage = ({ data: [words, word, seen] }) => {
  for (;;) {
    Atomics.wait(words, word, seen);
    seen = Atomics.load(words, word);
    postMessage(0);
  }
};`;

function startHelper(words: Int32Array, word: number, changed: () => void): Worker {
  const url = URL.createObjectURL(new Blob([HELPER], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onmessage = changed;
  worker.postMessage([words, word, Atomics.load(words, word)]);
  return worker;
}
