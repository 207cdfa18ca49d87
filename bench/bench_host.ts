// SPDX-License-Identifier: BSD-2-Clause
/** What the benchmarks need of the host, bundled for Node. */
export { timeFileSystem } from './file_systems.ts';
export { timeKernel } from './loops.ts';
export { timeThreadedKernel } from './threaded.ts';
