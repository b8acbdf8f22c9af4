import { Timer } from 'lucide-react';
import type { AccessStateOf } from '../../shared/access-state.ts';
import { portalTask, type Task } from '../../shared/guide.ts';
import { useNow, useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/panel.tsx';

/** The screen shortly before a session ends: extend it if the gateway allows that, or else sign in again now and continue the task. */
export function Expiring({ access, task }: { access: AccessStateOf<'connected'>; task: Task | null }) {
  const { messages, format } = useLocalizer();
  const { busy, run } = useVerbs();
  const minutes = Math.floor(((access.expiresAt ?? 0) - useNow()) / 60_000);
  const signInAgain = async (): Promise<void> => {
    if (!(await run('disconnect'))) return;
    await (task ? run('startTask', { task: portalTask(task) }) : run('connect', { profileId: access.profileId }));
  };
  return (
    <Panel tone="attention" icon={Timer} title={minutes < 1 ? messages.expiring.soon : format(messages.expiring.title, { count: minutes })}>
      <p>{access.extendable ? messages.expiring.extend : messages.expiring.again}</p>
      <div className="panel-actions">
        <Button kind="primary" pending={busy} onPress={() => void (access.extendable ? run('extend') : signInAgain())}>
          {access.extendable ? messages.action.stayConnected : messages.action.signInAgain}
        </Button>
      </div>
    </Panel>
  );
}
