// SPDX-License-Identifier: BSD-2-Clause
import { Failure } from './boot/failure';
import type { KernelHost } from './kernel_api';
export function realKernelHost(): KernelHost {
  throw new Failure('E-BOOT', 'not there yet');
}
