import type { AppState, ProfileSummary } from '../../shared/app-state.ts';
import type { RecoveryState } from '../../shared/recovery.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { HeldPasscode } from '../ui/held-passcode.tsx';
import { HelpDesk } from '../ui/help-desk.tsx';
import { FailurePanel } from '../ui/panel.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';
import { ConnectionLine } from '../ui/connection-line.tsx';
import { RecoveryIdentity } from './recovery-identity.tsx';
import { RecoverySite } from './recovery-site.tsx';

type Open = Exclude<RecoveryState, { step: 'closed' }>;

interface RecoveryProps {
  recovery: Open;
  state: AppState;
  profile: ProfileSummary;
}

/** "I lost my phone": our own screens for the campus's public recovery site. */
export function Recovery({ recovery, state, profile }: RecoveryProps) {
  const { messages, format } = useLocalizer();
  const { run, busy } = useVerbs();
  const back = (): void => void run('recoveryBack');
  const above = messages.recovery.purpose;
  switch (recovery.step) {
    case 'site':
      return <RecoverySite />;
    case 'loading':
      return (
        <Screen kind="wait" title={messages.recovery.loading.title} above={above} onEscape={back}>
          <ConnectionLine state="going" />
          <p className="lead">{format(messages.recovery.loading.lead, { campus: profile.name })}</p>
          <BackFoot onBack={back} />
        </Screen>
      );
    case 'failed':
      return (
        <Screen title={messages.recovery.failed.title} above={above} onEscape={back}>
          <FailurePanel failure={recovery.failure} />
          <Actions>
            <Button kind="primary" pending={busy} onPress={() => void run('startTask', { task: 'lost-phone' })}>
              {messages.action.tryAgain}
            </Button>
          </Actions>
          <HelpDesk contact={profile.helpDesk} />
          <BackFoot onBack={back} />
        </Screen>
      );
    case 'identity':
      return <RecoveryIdentity recovery={recovery} profile={profile} savedUserId={state.saved.userId} onBack={back} />;
    case 'passcode':
      return <Passcode recovery={recovery} onBack={back} />;
  }
}

function BackFoot({ onBack }: { onBack: () => void }) {
  const { messages } = useLocalizer();
  return (
    <Foot>
      <Button kind="quiet" onPress={onBack}>
        {messages.action.back}
      </Button>
    </Foot>
  );
}

interface PasscodeProps {
  recovery: Extract<Open, { step: 'passcode' }>;
  onBack: () => void;
}

function Passcode({ recovery: { expiresAt, answersGateway }, onBack }: PasscodeProps) {
  const { messages } = useLocalizer();
  const { passcode } = messages.recovery;
  const { run, busy } = useVerbs();
  const next = (): void => void run('recoveryContinue');
  return (
    <Screen title={passcode.title} above={messages.recovery.purpose} onEnter={next} onEscape={onBack}>
      <p className="lead">{answersGateway ? passcode.lead : passcode.leadPage}</p>
      <HeldPasscode expiresAt={expiresAt} shown />
      <Actions>
        <Button kind="primary" size="large" pending={busy} onPress={next}>
          {answersGateway ? passcode.use : passcode.next}
        </Button>
      </Actions>
      <BackFoot onBack={onBack} />
    </Screen>
  );
}
