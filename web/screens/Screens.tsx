// SPDX-License-Identifier: BSD-2-Clause
/** What covers the terminal when there is no shell to show: failure, panic, halt, a foreign kernel. */
import { useUi } from '../system_context';
import { FailureScreen } from './FailureScreen';
import { ForeignScreen } from './ForeignScreen';
import { HaltedScreen } from './HaltedScreen';
import { PanicScreen } from './PanicScreen';

export default function Screens() {
  const phase = useUi((state) => state.phase);
  const failure = useUi((state) => state.failure);
  const panic = useUi((state) => state.panic);
  const foreign = useUi((state) => state.foreign);
  if (phase === 'panic' && panic) return <PanicScreen panic={panic} />;
  if (phase === 'foreign' && foreign) return <ForeignScreen report={foreign} />;
  if (phase === 'halted') return <HaltedScreen />;
  if (phase === 'failed' && failure) return <FailureScreen failure={failure} />;
  return null;
}
