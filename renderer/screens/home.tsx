import type { AppState, ProfileSummary } from '../../shared/app-state.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { SelectField } from '../ui/fields.tsx';
import { HelpDesk } from '../ui/help-desk.tsx';
import { AlwaysConnect } from '../ui/always-connect.tsx';
import { Actions, Screen } from '../ui/screen.tsx';
import { Tasks } from '../ui/tasks.tsx';
import { ConnectionLine } from '../ui/connection-line.tsx';

/** The first screen: a large Connect button and the three tasks. */
export function Home({ state, profile }: { state: AppState; profile: ProfileSummary }) {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  const connect = (): void => void run('connect', { profileId: profile.id });
  return (
    <Screen title={profile.name} onEnter={connect}>
      <p className="status-line">
        <span className="status-dot off" aria-hidden />
        {messages.home.notConnected}
      </p>
      <ConnectionLine state="off" />
      {state.profiles.length > 1 && (
        <SelectField
          label={messages.home.profile}
          value={profile.id}
          options={state.profiles.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(profileId) => void run('selectProfile', { profileId })}
        />
      )}
      <Actions>
        <Button kind="primary" size="large" pending={busy} onPress={connect}>
          {messages.action.connect}
        </Button>
      </Actions>
      <AlwaysConnect state={state.alwaysConnect} />
      <Tasks title={messages.home.tasks} />
      <HelpDesk contact={profile.helpDesk} />
    </Screen>
  );
}
