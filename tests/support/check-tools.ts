import type { Tools } from '../../electron/app/check/doctor.ts';
import { CausewayError } from '../../shared/failure.ts';

/** What a check of the connection looks at, on a computer without anything installed. */
export const bareTools: Tools = {
  startWorker: () => ({
    post: () => undefined,
    onMessage: () => undefined,
    exited: Promise.resolve(1),
    kill: () => undefined,
    pid: undefined,
  }),
  libraries: [],
  programs: { folder: null, platform: 'linux' },
  otherVpn: () => Promise.resolve(null),
  leftover: () => Promise.resolve(null),
  helper: () => Promise.reject(new CausewayError({ code: 'helper-missing' })),
  proof: () => Promise.reject(new CausewayError({ code: 'helper-missing' })),
};
