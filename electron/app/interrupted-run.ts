import type { AccessState } from '../../shared/access-state.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { RecoveryState } from '../../shared/recovery.ts';
import type { Task } from '../../shared/task.ts';
import type { RunRecord } from '../storage/settings-file.ts';

/** What the next run needs to know about a run that was interrupted: why it ended, and which task the person was doing. */
export interface InterruptedRun {
  ending: Failure;
  profileId: string;
  task: Task | null;
}

/** What a crash would interrupt right now, or null when nothing would be lost. */
export function currentRun(
  { access, recovery, task, profileId }: { access: AccessState; recovery: RecoveryState; task: Task | null; profileId: string | null },
  at: number,
): RunRecord | null {
  switch (access.kind) {
    case 'idle':
      return recovery.step !== 'closed' && profileId !== null ? { doing: 'recovery', profileId, task, at } : null;
    case 'checking':
    case 'contacting':
    case 'asking':
    case 'opening':
      return { doing: 'sign-in', profileId: access.profileId, task, at };
    case 'on-campus':
    case 'connected':
    case 'reconnecting':
      return { doing: 'session', profileId: access.profileId, task, at };
    case 'closing':
      // The person is leaving: there is nothing to come back to
      return null;
  }
}

/** Whether two records are equal, apart from their time. */
export const isSameRun = (one: RunRecord | null, other: RunRecord | null): boolean =>
  one?.doing === other?.doing && one?.profileId === other?.profileId && one?.task === other?.task;

/** Reads the record of the last run. Null after a clean end, and when its campus is no longer known. */
export function interruptedRun(running: RunRecord | null, profiles: readonly Profile[]): InterruptedRun | null {
  const profile = profiles.find(({ id }) => id === running?.profileId);
  if (!running || !profile) return null;
  return { ending: { code: `${running.doing}-interrupted`, params: { campus: profile.name } }, profileId: profile.id, task: running.task };
}
