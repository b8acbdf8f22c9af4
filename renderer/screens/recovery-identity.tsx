import { useState } from 'react';
import { Label } from 'react-aria-components/Label';
import { RadioButton, RadioField, RadioGroup } from 'react-aria-components/RadioGroup';
import { FieldError } from 'react-aria-components/FieldError';
import type { ProfileSummary } from '../../shared/app-state.ts';
import type { RecoveryState } from '../../shared/recovery.ts';
import { useDrafts } from '../drafts.ts';
import { useRefocus, useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button, SubmitButton } from '../ui/button.tsx';
import { dateIn } from '../../shared/dates.ts';
import { DateField } from '../ui/date-field.tsx';
import { Field, SecretField } from '../ui/fields.tsx';
import { Form } from '../ui/form.tsx';
import { ForgottenPassword } from '../ui/help-desk.tsx';
import { FailurePanel } from '../ui/panel.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';

interface RecoveryIdentityProps {
  recovery: Extract<RecoveryState, { step: 'identity' }>;
  profile: ProfileSummary;
  savedUserId: string | null;
  onBack: () => void;
}

const names = ['role', 'userId', 'dateOfBirth', 'lastFour', 'password'] as const;
type Name = (typeof names)[number];

/** Asks for all that the campus's recovery wants, in one form: role, identity as in the campus's records, and password. */
export function RecoveryIdentity({ recovery: { roles, busy, failure }, profile, savedUserId, onBack }: RecoveryIdentityProps) {
  const { messages, format, locale } = useLocalizer();
  const { run, busy: calling } = useVerbs();
  const [values, setValue] = useDrafts<Name>('recovery-identity', {
    role: roles.length === 1 ? (roles[0]?.id ?? '') : '',
    userId: savedUserId ?? '',
    dateOfBirth: '',
    lastFour: '',
    password: '',
  });
  const [wrong, setWrong] = useState<Name | null>(null);
  const again = useRefocus(busy ? null : (failure?.code ?? 'first'));
  const waiting = busy || calling;
  const { identity } = messages.recovery;
  const labels: Record<Name, string> = {
    role: format(identity.role, { campus: profile.name }),
    userId: profile.labels.userId,
    dateOfBirth: identity.dateOfBirth,
    lastFour: identity.lastFour,
    password: profile.labels.password,
  };

  /** The first field whose value the recovery service would not accept. */
  const problemIn = (): Name | null => {
    const isGood: Record<Name, boolean> = {
      role: roles.some(({ id }) => id === values.role),
      userId: values.userId.trim() !== '',
      dateOfBirth: dateIn(values.dateOfBirth, locale) !== null,
      lastFour: /^[A-Za-z0-9]{4}$/.test(values.lastFour),
      password: values.password !== '',
    };
    return names.find((name) => !isGood[name]) ?? null;
  };
  const get = (): void => {
    const problem = problemIn();
    setWrong(problem);
    const dateOfBirth = dateIn(values.dateOfBirth, locale);
    if (problem || dateOfBirth === null || waiting) return;
    void run('recoveryPasscode', { ...values, userId: values.userId.trim(), dateOfBirth });
  };

  const complaintAbout = (name: Name): string => {
    if (name === 'role') return identity.roleMissing;
    if (name === 'lastFour' && values.lastFour !== '') return identity.lastFourWrong;
    return format(identity.missing, { label: labels[name] });
  };
  const errorOf = (name: Name): string | null => (wrong === name && problemIn() === name ? complaintAbout(name) : null);
  const field = (name: Name) => ({
    name,
    label: labels[name],
    value: values[name],
    onChange: (value: string) => setValue(name, value),
    error: errorOf(name),
    busy: waiting,
  });
  const isPasswordWrong = failure?.code === 'recovery-password';

  return (
    <Screen title={identity.title} above={messages.recovery.purpose} onEscape={onBack}>
      {failure ? <FailurePanel failure={failure} /> : <p className="lead">{identity.lead}</p>}
      <Form onSubmit={get}>
        {roles.length > 1 && (
          <RadioGroup
            className="radio-group"
            value={values.role === '' ? null : values.role}
            onChange={(role) => setValue('role', role)}
            isReadOnly={waiting}
            isInvalid={errorOf('role') !== null}
            validationBehavior="aria"
          >
            <Label>{labels.role}</Label>
            <div className="radios">
              {roles.map(({ id, label }) => (
                <RadioField key={id} value={id}>
                  <RadioButton className="radio">
                    <span className="radio-dot" aria-hidden />
                    {label}
                  </RadioButton>
                </RadioField>
              ))}
            </div>
            <FieldError className="error">{errorOf('role')}</FieldError>
          </RadioGroup>
        )}
        <Field {...field('userId')} autoComplete="username" inputRef={isPasswordWrong ? undefined : again} />
        <DateField {...field('dateOfBirth')} />
        <Field {...field('lastFour')} hint={identity.lastFourHint} input={{ maxLength: 4, autoCapitalize: 'characters' }} />
        <SecretField {...field('password')} autoComplete="current-password" inputRef={isPasswordWrong ? again : undefined} />
        <Actions>
          <SubmitButton pending={waiting}>{waiting ? identity.getting : identity.get}</SubmitButton>
        </Actions>
      </Form>
      <Foot>
        <div className="foot-row">
          {isPasswordWrong && <ForgottenPassword contact={profile.helpDesk} />}
          <Button kind="quiet" onPress={onBack}>
            {messages.action.back}
          </Button>
        </div>
      </Foot>
    </Screen>
  );
}
