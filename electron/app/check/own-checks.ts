import type { AlwaysConnectState } from '../../../shared/always-connect.ts';
import type { Finding } from '../../../shared/check.ts';
import { checkFailure, type UpdateMode, type UpdateState } from '../../../shared/updates.ts';
import { preferencesUnder, updateModeUnder } from '../policy/preferences.ts';
import { passed, problem, remark } from './findings.ts';

/** What Causeway itself does without being asked: updates, and connecting off campus. */
export interface OwnWays {
  /** What the app says of its updates. Null: no app runs, or an older one that does not say. */
  updates: UpdateState | null;
  /** What the app's always-connect does. Null: as above. */
  alwaysConnect: AlwaysConnectState | null;
  /** What the person and the policy want, for when no app runs. */
  wanted: { updates: { mode: UpdateMode; isPolicy: boolean }; alwaysConnect: boolean };
}

/** What the person and the policy want of updates and of always-connect. */
export const wantedUnder = (...under: Parameters<typeof preferencesUnder>): OwnWays['wanted'] => ({
  updates: updateModeUnder(...under),
  alwaysConnect: preferencesUnder(...under).alwaysConnect,
});

/** Says of updates and of always-connect whether they work, and what to do where not. */
export function* ownChecks({ updates, alwaysConnect, wanted }: OwnWays, appRuns: boolean): Generator<Finding> {
  if (updates) yield* updateChecks(updates);
  else yield wantedUpdates(wanted.updates);
  if (alwaysConnect) yield* alwaysCheck(alwaysConnect);
  else if (wanted.alwaysConnect && !appRuns) yield remark('always-connect', 'alwaysNeedsApp', {}, 'startForAlways');
}

function* updateChecks(state: UpdateState): Generator<Finding> {
  const failure = checkFailure(state);
  // A check that is under way has not mended anything yet
  if (failure) yield problem('updates', failure, false);
  if (!failure || state.kind === 'ready') yield updateCheck(state);
}

function updateCheck(state: UpdateState): Finding {
  switch (state.kind) {
    case 'off':
      if (state.why === 'person') return remark('updates', 'updatesOff', {}, 'switchUpdatesOn');
      return passed('updates', state.why === 'policy' ? 'updatesOffByPolicy' : 'updatesNot');
    case 'by-it':
      return passed('updates', 'updatesByOthers');
    case 'idle':
    case 'checking':
    case 'downloading':
      return passed('updates', 'updatesOn');
    case 'ready':
      return passed('updates', 'updateReady', { version: state.version });
    case 'failed':
      return problem('updates', state.failure, false);
  }
}

/** Only the app knows how it was installed: a copy that IT or a package manager installed does not update itself. */
function wantedUpdates({ mode, isPolicy }: OwnWays['wanted']['updates']): Finding {
  if (mode === 'it') return passed('updates', 'updatesByOthers');
  if (mode === 'automatic') return passed('updates', 'updatesByApp');
  return isPolicy ? passed('updates', 'updatesOffByPolicy') : remark('updates', 'updatesOff', {}, 'switchUpdatesOn');
}

function* alwaysCheck(state: AlwaysConnectState): Generator<Finding> {
  switch (state.step) {
    case 'off':
      return;
    case 'watching':
      yield passed('always-connect', 'alwaysOn');
      return;
    case 'paused':
      yield passed('always-connect', 'alwaysPaused', { untilAt: state.until });
      return;
    case 'waiting':
      yield passed('always-connect', 'alwaysWaiting', { untilAt: state.until });
      return;
    case 'asking':
    case 'stopped':
      yield remark('always-connect', 'alwaysAsks', {}, 'connectYourself');
  }
}
