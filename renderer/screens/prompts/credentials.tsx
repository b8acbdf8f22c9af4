import { useState } from 'react';
import type { PromptField } from '../../../shared/prompt.ts';
import type { AppState, ProfileSummary } from '../../../shared/app-state.ts';
import { useAnswer } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Checkbox } from '../../ui/fields.tsx';
import { ForgottenPassword } from '../../ui/help-desk.tsx';
import { KeepPage } from '../../ui/keep-page.tsx';
import { FailurePanel } from '../../ui/panel.tsx';
import { Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import { completionOf, PromptForm, type LabelledField } from './form.tsx';
import type { PromptProps } from './prompt.ts';

/** Asks for user ID and password, with the campus's own labels. */
export function Credentials({ access, prompt, state, profile, above }: PromptProps<'credentials'>) {
  const { messages, format } = useLocalizer();
  const { busy, answer, answerWithSaved } = useAnswer(access);
  const [remember, setRemember] = useState(state.saved.password);
  const cancel = useCancel();
  // A form with more than these two fields cannot be answered with saved values alone
  const keepable = state.policy.rememberPasswords && prompt.fields.every(({ name }) => name === 'user' || name === 'password');
  return (
    <Screen title={prompt.title ?? messages.credentials.title} above={above} focus="field" onEscape={cancel}>
      {prompt.failure ? (
        <FailurePanel
          key={access.promptId}
          failure={prompt.failure}
          more={prompt.triesLeft === undefined ? null : format(messages.credentials.triesLeft, { count: prompt.triesLeft })}
        />
      ) : (
        <p className="lead">{format(messages.credentials.lead, { campus: profile.name })}</p>
      )}
      {prompt.message !== undefined && <p className="pre-line">{prompt.message}</p>}
      <PromptForm
        name={`credentials/${profile.id}`}
        promptId={access.promptId}
        fields={prompt.fields.map((field) => labelled(field, profile, state.saved))}
        selects={prompt.selects}
        submit={messages.credentials.signIn}
        busyText={messages.credentials.checking}
        busy={busy}
        onSubmit={(values) => answer({ kind: 'credentials', values }, keepable && remember)}
        other={
          state.saved.offered
            ? { label: format(messages.credentials.useSaved, { user: state.saved.userId ?? '' }), onPress: answerWithSaved }
            : null
        }
      >
        {keepable && (
          <Checkbox
            label={messages.credentials.remember}
            hint={rememberHint()}
            checked={remember && state.saved.keychain === 'available'}
            disabled={busy || state.saved.keychain !== 'available'}
            onChange={setRemember}
          />
        )}
        <KeepPage state={state} where="form" />
      </PromptForm>
      <CancelFoot onCancel={cancel}>{prompt.failure && <ForgottenPassword contact={profile.helpDesk} />}</CancelFoot>
    </Screen>
  );

  function rememberHint(): string {
    switch (state.saved.keychain) {
      case 'available':
        return messages.credentials.rememberHint;
      case 'absent':
        return messages.credentials.keychainAbsent;
      case 'locked':
        return messages.credentials.keychainLocked;
    }
  }
}

/** A field with its label, its remembered value, and its name for password managers. */
function labelled(field: PromptField, profile: ProfileSummary, saved: AppState['saved']): LabelledField {
  switch (field.name) {
    case 'user': {
      // An empty value from the gateway does not count
      const value = field.value === undefined || field.value === '' ? (saved.userId ?? '') : field.value;
      return { ...field, label: field.label ?? profile.labels.userId, value, autoComplete: 'username' };
    }
    case 'password':
      return { ...field, label: field.label ?? profile.labels.password, autoComplete: 'current-password' };
    default:
      return { ...field, label: field.label ?? field.name, autoComplete: completionOf(field) };
  }
}
