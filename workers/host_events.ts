// SPDX-License-Identifier: BSD-2-Clause
/** Calls a function on the host thread whenever a word of the control area changes, without polling. */
export class WordWatcher {
  private stopped = false;
  private seen: number;

  constructor(
    private readonly words: Int32Array,
    private readonly word: number,
    private readonly changed: () => void,
  ) {
    this.seen = Atomics.load(words, word);
    this.arm();
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
    this.arm();
  }

  stop(): void {
    this.stopped = true;
    Atomics.notify(this.words, this.word);
  }
}
