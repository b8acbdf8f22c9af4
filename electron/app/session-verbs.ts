import { networkPageIn } from '../../shared/endings.ts';
import { fail } from '../../shared/failure.ts';
import type { Parts, Verbs } from './parts.ts';

type SessionVerbs = Pick<
  Verbs,
  'connect' | 'resumeAlwaysConnect' | 'extend' | 'retryNow' | 'readConnection' | 'disconnect' | 'openNetworkPage' | 'acknowledge'
>;

/** One session, from Connect to Disconnect. */
export function sessionVerbs(parts: Parts): SessionVerbs {
  const { controller, taskFlow, desktop } = parts;
  return {
    connect: ({ profileId }) => connectOnly(parts, profileId, true),
    extend: () => controller.extend(),
    async retryNow() {
      controller.retryNow();
    },
    readConnection: ({ span }) => Promise.resolve(parts.connection.report(span)),
    async disconnect() {
      parts.alwaysConnect.pause();
      await controller.disconnect();
    },
    async resumeAlwaysConnect() {
      parts.alwaysConnect.resume();
    },
    async openNetworkPage() {
      const address = networkPageIn(controller.state);
      if (address === null) throw fail('not-now');
      await desktop.openNetworkPage(address);
    },
    async acknowledge() {
      if (controller.state.kind !== 'idle') return; // the second half of a double click: a new attempt has started
      taskFlow.current = null;
      controller.acknowledge();
    },
  };
}

/** Connects without a task. Rejects during another attempt, and leaves that attempt's task alone. */
export async function connectOnly(parts: Parts, profileId: string, pressed: boolean): Promise<void> {
  await parts.connect(profileId, pressed);
  parts.update(() => (parts.taskFlow.current = null));
}
