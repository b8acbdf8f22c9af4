import { ChevronRight } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import type { AppState, ProfileSummary } from '../../shared/app-state.ts';
import type { RecoveryState } from '../../shared/recovery.ts';
import { useDrafts } from '../drafts.ts';
import { useRefocus, useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button, RowButton, SubmitButton } from '../ui/button.tsx';
import { SecretField } from '../ui/fields.tsx';
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
    case 'role':
      return (
        <Screen title={messages.recovery.role.title} above={above} onEscape={back}>
          <p className="lead">{format(messages.recovery.role.lead, { campus: profile.name })}</p>
          <div className="ways">
            {recovery.roles.map(({ id, label }) => (
              <RowButton key={id} icon={ChevronRight} title={label} pending={busy} onPress={() => void run('recoveryRole', { role: id })} />
            ))}
          </div>
          <BackFoot onBack={back} />
        </Screen>
      );
    case 'identity':
      return (
        <RecoveryIdentity
          recovery={recovery}
          profile={profile}
          savedUserId={state.saved.userId}
          foot={<BackFoot onBack={back} />}
          onBack={back}
        />
      );
    case 'password':
      return <Password recovery={recovery} profile={profile} onBack={back} />;
    case 'passcode':
      return <Passcode expiresAt={recovery.expiresAt} onBack={back} />;
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

interface PasswordProps {
  recovery: Extract<Open, { step: 'password' }>;
  profile: ProfileSummary;
  onBack: () => void;
}

function Password({ recovery: { userId, busy, failure }, profile, onBack }: PasswordProps) {
  const { messages, format } = useLocalizer();
  const { run, busy: calling } = useVerbs();
  const [{ password }, setValue] = useDrafts('recovery-password', { password: '' });
  const [missing, setMissing] = useState(false);
  const field = useRefocus(busy ? 'busy' : (failure?.code ?? 'first'));
  const waiting = busy || calling;

  const get = (event: SubmitEvent): void => {
    event.preventDefault();
    setMissing(password === '');
    if (password !== '' && !waiting) void run('recoveryPasscode', { password });
  };

  return (
    <Screen title={messages.recovery.password.title} above={messages.recovery.purpose} focus="field" onEscape={onBack}>
      {failure ? <FailurePanel failure={failure} /> : <p className="lead">{format(messages.recovery.password.lead, { user: userId })}</p>}
      <form className="form" onSubmit={get} noValidate>
        <SecretField
          label={profile.labels.password}
          name="password"
          value={password}
          onChange={(value) => setValue('password', value)}
          error={missing && password === '' ? format(messages.credentials.missing, { label: profile.labels.password }) : null}
          busy={waiting}
          autoFocus
          autoComplete="current-password"
          inputRef={field}
        />
        <Actions>
          <SubmitButton pending={waiting}>{waiting ? messages.recovery.password.getting : messages.recovery.password.get}</SubmitButton>
        </Actions>
      </form>
      <BackFoot onBack={onBack} />
    </Screen>
  );
}

function Passcode({ expiresAt, onBack }: { expiresAt: number; onBack: () => void }) {
  const { messages } = useLocalizer();
  const { run, busy } = useVerbs();
  const next = (): void => void run('recoveryContinue');
  return (
    <Screen title={messages.recovery.passcode.title} above={messages.recovery.purpose} onEnter={next} onEscape={onBack}>
      <p className="lead">{messages.recovery.passcode.lead}</p>
      <HeldPasscode expiresAt={expiresAt} shown />
      <Actions>
        <Button kind="primary" size="large" pending={busy} onPress={next}>
          {messages.recovery.passcode.next}
        </Button>
      </Actions>
      <BackFoot onBack={onBack} />
    </Screen>
  );
}
