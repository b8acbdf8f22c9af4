import type { AccessState } from '../../shared/access-state.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { RecoveryState } from '../../shared/recovery.ts';
import type { Task } from '../../shared/task.ts';
import type { RunRecord } from '../storage/settings-file.ts';

/** What a run that was cut short leaves to the next one: why it ended, and what the person was about. */
export interface InterruptedRun {
  ending: Failure;
  profileId: string;
  task: Task | null;
}

/** What a crash would cut short just now; null where nothing would be lost with this run. */
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
      // Whoever is leaving wants nothing of it back
      return null;
  }
}

/** Whether two notes say the same, but for when. */
export const isSameRun = (one: RunRecord | null, other: RunRecord | null): boolean =>
  one?.doing === other?.doing && one?.profileId === other?.profileId && one?.task === other?.task;

/** Reads what the last run noted. Null after a clean end, and where its campus is no longer known. */
export function interruptedRun(running: RunRecord | null, profiles: readonly Profile[]): InterruptedRun | null {
  const profile = profiles.find(({ id }) => id === running?.profileId);
  if (!running || !profile) return null;
  return { ending: { code: `${running.doing}-interrupted`, params: { campus: profile.name } }, profileId: profile.id, task: running.task };
}
