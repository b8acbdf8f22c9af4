import type { ControlledSession } from '../../electron/app/control/control.ts';

/** A session of the app's with nothing in it. */
export const nothingUp: ControlledSession = {
  holder: 'app',
  access: { kind: 'idle', ending: null },
  profiles: [],
  onAccess: () => () => undefined,
  connect: () => Promise.resolve(),
  answer: () => Promise.resolve(),
  disconnect: () => Promise.resolve(),
  openPortal: () => Promise.resolve(null),
  dial: () => Promise.reject(new Error('nothing is up')),
};
