// SPDX-License-Identifier: BSD-2-Clause
import { ShellError } from './shell_error.ts';

interface Variable {
  value: string | undefined;
  exported: boolean;
  readonly: boolean;
}

/** Shell variables with their export and readonly marks, and the frames of `local`. */
export class VariableTable {
  private readonly map = new Map<string, Variable>();
  private readonly frames: Map<string, Variable | undefined>[] = [];

  get(name: string): string | undefined {
    return this.map.get(name)?.value;
  }

  set(name: string, value: string, exported = false): void {
    const v = this.map.get(name);
    if (v === undefined) {
      this.map.set(name, { value, exported, readonly: false });
      return;
    }
    if (v.readonly) throw new ShellError(`${name}: is read only`);
    v.value = value;
    v.exported ||= exported;
  }

  unset(name: string): void {
    if (this.map.get(name)?.readonly) throw new ShellError(`${name}: is read only`);
    this.map.delete(name);
  }

  mark(name: string, what: 'exported' | 'readonly', on = true): void {
    let v = this.map.get(name);
    if (v === undefined) {
      v = { value: undefined, exported: false, readonly: false };
      this.map.set(name, v);
    }
    v[what] = on;
  }

  /** Start a function's frame. */
  push(): void {
    this.frames.push(new Map());
  }

  pop(): void {
    for (const [name, v] of this.frames.pop() ?? []) {
      if (v === undefined) this.map.delete(name);
      else this.map.set(name, v);
    }
  }

  /** `local`: keep the present variable until the function returns; the new one starts with the old value. False outside functions. */
  local(name: string): boolean {
    const frame = this.frames[this.frames.length - 1];
    if (frame === undefined) return false;
    if (!frame.has(name)) {
      const old = this.map.get(name);
      frame.set(name, old);
      if (old) this.map.set(name, { ...old });
    }
    return true;
  }

  names(): string[] {
    return [...this.map.keys()].sort();
  }

  isExported(name: string): boolean {
    return this.map.get(name)?.exported === true;
  }

  isReadonly(name: string): boolean {
    return this.map.get(name)?.readonly === true;
  }

  /** The environment of a child. */
  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, v] of this.map) if (v.exported && v.value !== undefined) env.set(name, v.value);
    return env;
  }

  save(): [string, string | undefined, boolean, boolean][] {
    return [...this.map].map(([n, v]) => [n, v.value, v.exported, v.readonly]);
  }

  restore(saved: readonly (readonly [string, string | undefined, boolean, boolean])[]): void {
    for (const [name, value, exported, readonly] of saved) this.map.set(name, { value, exported, readonly });
  }
}
