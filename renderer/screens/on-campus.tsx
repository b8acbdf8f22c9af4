import type { AccessStateOf } from '../../shared/access-state.ts';
import type { ProfileSummary } from '../../shared/app-state.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';
import { Tasks } from '../ui/tasks.tsx';
import { ConnectionLine } from '../ui/connection-line.tsx';

/** The screen on campus: there is nothing to connect, as the portal can be reached directly. */
export function OnCampus({ access, profile }: { access: AccessStateOf<'on-campus'>; profile: ProfileSummary }) {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  const open = (): void => void run('openPortal');
  const leave = (): void => void run('disconnect');
  return (
    <Screen title={messages.onCampus.title} above={profile.name} onEnter={open} onEscape={leave}>
      <ConnectionLine state="direct" />
      <p className="lead">{messages.onCampus.lead}</p>
      {access.held && <p>{messages.always.rests}</p>}
      <Actions>
        <Button kind="primary" size="large" pending={busy} onPress={open}>
          {messages.action.openPortal}
        </Button>
      </Actions>
      <Tasks title={messages.connected.tasks} />
      <Foot>
        <Button kind="quiet" pending={busy} onPress={leave}>
          {messages.onCampus.leave}
        </Button>
      </Foot>
    </Screen>
  );
}
