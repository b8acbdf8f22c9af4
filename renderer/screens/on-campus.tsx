import type { ProfileSummary } from '../../shared/app-state.ts';
import { useVerbs } from '../hooks.ts';
import { useSpeaker } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';
import { Tasks } from '../ui/tasks.tsx';
import { Way } from '../ui/connection-line.tsx';

/** Nothing to connect: the portal answers from here. */
export function OnCampus({ profile }: { profile: ProfileSummary }) {
  const { words } = useSpeaker();
  const { busy, run } = useVerbs();
  const open = (): void => void run('openPortal');
  const leave = (): void => void run('disconnect');
  return (
    <Screen title={words.onCampus.title} above={profile.name} onEnter={open} onEscape={leave}>
      <Way state="direct" />
      <p className="lead">{words.onCampus.lead}</p>
      <Actions>
        <Button kind="primary" size="large" pending={busy} onPress={open}>
          {words.action.openPortal}
        </Button>
      </Actions>
      <Tasks title={words.connected.tasks} />
      <Foot>
        <Button kind="quiet" pending={busy} onPress={leave}>
          {words.onCampus.leave}
        </Button>
      </Foot>
    </Screen>
  );
}
