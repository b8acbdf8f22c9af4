import { expect, it } from 'vitest';
import { prewarmWorker } from '../../../electron/app/worker-prewarm.ts';
import type { AccessState } from '../../../shared/access-state.ts';

/** The parts of the app that say whether a sign-in may come. */
function bench(protocol: 'campus' | 'anyconnect') {
  const nobody = (): void => undefined;
  const listeners = { state: nobody, visible: nobody };
  const now: { access: AccessState; visible: boolean; profileId: string | null } = {
    access: { kind: 'idle', ending: null },
    visible: false,
    profileId: 'here',
  };
  const wantedCalls: boolean[] = [];
  prewarmWorker(
    {
      get state() {
        return now;
      },
      onState: (listener) => (listeners.state = listener),
    },
    () => (now.profileId === 'here' ? protocol : 'campus'),
    {
      get visible() {
        return now.visible;
      },
      onVisibleChange: (listener) => (listeners.visible = listener),
    },
    (wanted) => wantedCalls.push(wanted),
  );
  return { now, wantedCalls, stateChanged: () => listeners.state(), visibleChanged: () => listeners.visible() };
}

it('the worker is started ahead while a person looks at a window from which they may sign in', () => {
  const { now, wantedCalls, stateChanged, visibleChanged } = bench('anyconnect');
  expect(wantedCalls).toEqual([]);
  now.visible = true;
  visibleChanged();
  expect(wantedCalls).toEqual([true]);
  now.access = { kind: 'contacting', profileId: 'here', gateway: 'vpn.campus.test' };
  stateChanged();
  expect(wantedCalls).toEqual([true]);
  now.access = { kind: 'opening', profileId: 'here', gateway: 'vpn.campus.test' };
  stateChanged();
  expect(wantedCalls).toEqual([true, false]);
  now.access = { kind: 'idle', ending: null };
  stateChanged();
  now.profileId = 'another';
  stateChanged();
  now.profileId = 'here';
  stateChanged();
  now.visible = false;
  visibleChanged();
  expect(wantedCalls).toEqual([true, false, true, false, true, false]);
});

it('the worker is never started ahead for a campus with our own protocol', () => {
  const { now, wantedCalls, visibleChanged } = bench('campus');
  now.visible = true;
  visibleChanged();
  expect(wantedCalls).toEqual([]);
});
