// SPDX-License-Identifier: BSD-2-Clause
/** One lane of the packaged compiler: takes [flags, source, object, depfile], answers {code, output}. */
import { parentPort, workerData } from 'node:worker_threads';
import { yowaspTools } from './toolchain_yowasp.mjs';

const tools = yowaspTools(workerData.root);

parentPort.on('message', async (job) => {
  parentPort.postMessage(await (await tools).compile(...job));
});
