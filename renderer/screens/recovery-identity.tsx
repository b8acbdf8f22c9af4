import { useState, type SubmitEvent, type ReactNode } from 'react';
import type { ProfileSummary } from '../../shared/app-state.ts';
import type { RecoveryState } from '../../shared/recovery.ts';
import { useDrafts } from '../drafts.ts';
import { useRefocus, useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { SubmitButton } from '../ui/button.tsx';
import { Field } from '../ui/fields.tsx';
import { FailurePanel } from '../ui/panel.tsx';
import { Actions, Screen } from '../ui/screen.tsx';

interface RecoveryIdentityProps {
  recovery: Extract<RecoveryState, { step: 'identity' }>;
  profile: ProfileSummary;
  savedUserId: string | null;
  onBack: () => void;
  foot: ReactNode;
}

type Name = 'userId' | 'dateOfBirth' | 'lastFour';

/** Asks for the person's identity, as in their campus's records. */
export function RecoveryIdentity({ recovery: { role, busy, failure }, profile, savedUserId, onBack, foot }: RecoveryIdentityProps) {
  const { messages, format } = useLocalizer();
  const { run, busy: calling } = useVerbs();
  const [values, setValue] = useDrafts<Name>('recovery-identity', { userId: savedUserId ?? '', dateOfBirth: '', lastFour: '' });
  const [wrong, setWrong] = useState<Name | null>(null);
  const again = useRefocus(busy ? 'busy' : (failure?.code ?? 'first'));
  const [first] = useState<Name>(() => (values.userId === '' ? 'userId' : 'dateOfBirth'));
  const waiting = busy || calling;
  const labels: Record<Name, string> = {
    userId: profile.labels.userId,
    dateOfBirth: messages.recovery.identity.dateOfBirth,
    lastFour: messages.recovery.identity.lastFour,
  };

  const verify = (event: SubmitEvent): void => {
    event.preventDefault();
    const problem = problemIn(values);
    setWrong(problem);
    if (!problem && !waiting) void run('recoveryVerify', { ...values, userId: values.userId.trim() });
  };

  const field = (name: Name) => ({
    name,
    label: labels[name],
    value: values[name],
    onChange: (value: string) => setValue(name, value),
    error: wrong === name && problemIn(values) === name ? complaint(name) : null,
    busy: waiting,
    autoFocus: name === first,
  });
  const complaint = (name: Name): string =>
    name === 'lastFour' && values.lastFour !== ''
      ? messages.recovery.identity.lastFourWrong
      : format(messages.recovery.identity.missing, { label: labels[name] });

  return (
    <Screen title={messages.recovery.identity.title} above={`${messages.recovery.purpose} · ${role.label}`} focus="field" onEscape={onBack}>
      {failure ? <FailurePanel failure={failure} /> : <p className="lead">{messages.recovery.identity.lead}</p>}
      <form className="form" onSubmit={verify} noValidate>
        <Field {...field('userId')} autoComplete="username" inputRef={again} />
        <Field {...field('dateOfBirth')} type="date" autoComplete="bday" input={{ max: '9999-12-31' }} />
        <Field
          {...field('lastFour')}
          hint={messages.recovery.identity.lastFourHint}
          input={{ maxLength: 4, autoCapitalize: 'characters' }}
        />
        <Actions>
          <SubmitButton pending={waiting}>
            {waiting ? messages.recovery.identity.verifying : messages.recovery.identity.verify}
          </SubmitButton>
        </Actions>
      </form>
      {foot}
    </Screen>
  );
}

/** The first field whose value the recovery service would not accept. */
function problemIn(values: Record<Name, string>): Name | null {
  if (values.userId.trim() === '') return 'userId';
  if (!/^\d{4}-\d{2}-\d{2}$/.test(values.dateOfBirth)) return 'dateOfBirth';
  return /^[A-Za-z0-9]{4}$/.test(values.lastFour) ? null : 'lastFour';
}
