import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useAnswer, useNow, useRefocus } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Button, RowButton, SubmitButton } from '../../ui/button.tsx';
import { Form } from '../../ui/form.tsx';
import { FailurePanel } from '../../ui/panel.tsx';
import { PasscodeField } from '../../ui/passcode-field.tsx';
import { Actions, Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import type { PromptProps } from './prompt.ts';

/** Asks for a passcode of any length, from the phone's app or from recovery. */
export function Passcode({ access, prompt, state, above }: PromptProps<'passcode'>) {
  const { messages, format } = useLocalizer();
  const { busy, answer, answerWithHeld } = useAnswer(access);
  const cancel = useCancel();
  const [passcode, setPasscode] = useState('');
  const [missing, setMissing] = useState(false);
  const field = useRefocus(access.promptId);
  const held = state.heldPasscode;

  const lead = ({ message, device }: typeof prompt): string =>
    message ?? (device === undefined ? messages.passcode.leadAny : format(messages.passcode.lead, { device }));
  const verify = (): void => {
    setMissing(passcode === '');
    if (passcode !== '' && !busy) answer({ kind: 'passcode', passcode });
  };

  const waitsUntil = busy ? undefined : access.autoAnswerAt;
  return (
    <Screen
      title={waitsUntil === undefined ? messages.passcode.title : messages.passcode.waitingTitle}
      above={above}
      focus="field"
      onEscape={cancel}
    >
      {prompt.failure ? (
        <FailurePanel
          key={access.promptId}
          failure={prompt.failure}
          more={prompt.triesLeft === undefined ? null : format(messages.credentials.triesLeft, { count: prompt.triesLeft })}
        />
      ) : (
        <p className="lead">{waitsUntil === undefined ? lead(prompt) : <ByItself at={waitsUntil} />}</p>
      )}
      {/* The only place that may say why it asks again: a new code was sent, and where to */}
      {prompt.failure && prompt.message !== undefined && <p className="pre-line">{prompt.message}</p>}
      {prompt.startsWith !== undefined && <p>{format(messages.passcode.startsWith, { start: prompt.startsWith })}</p>}
      {held && (
        <RowButton
          icon={KeyRound}
          title={messages.factor.useHeld}
          hint={format(messages.factor.heldHint, { untilAt: held.expiresAt })}
          pending={busy}
          onPress={answerWithHeld}
        />
      )}
      <Form onSubmit={verify}>
        <PasscodeField
          label={prompt.label ?? messages.passcode.label}
          hint={prompt.lengths.length > 0 ? messages.passcode.hint : messages.passcode.hintAny}
          value={passcode}
          onChange={setPasscode}
          error={missing && passcode === '' ? messages.passcode.missing : null}
          busy={busy}
          inputRef={field}
        />
        {prompt.nextCodeAt !== undefined && prompt.failure && <NextCode at={prompt.nextCodeAt} />}
        <Actions>
          <SubmitButton pending={busy}>{busy ? messages.passcode.checking : messages.passcode.verify}</SubmitButton>
          {!prompt.only && (
            <Button pending={busy} onPress={() => answer({ kind: 'instead', method: 'choose' })}>
              {messages.passcode.instead}
            </Button>
          )}
        </Actions>
      </Form>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}

/** How long until the computer answers automatically. */
function ByItself({ at }: { at: number }) {
  const { messages, format, gap } = useLocalizer();
  return (
    <>
      <span role="timer">{format(messages.passcode.waiting, { count: Math.max(1, Math.ceil((at - useNow()) / 1000)) })}</span>
      {gap}
      {messages.passcode.orYours}
    </>
  );
}

/** After a used code: how long until the phone shows a new one. */
function NextCode({ at }: { at: number }) {
  const { messages, format } = useLocalizer();
  const seconds = Math.ceil((at - useNow()) / 1000);
  return (
    <p className="next-code" role="timer">
      {seconds > 0 ? format(messages.passcode.next, { count: seconds }) : messages.passcode.nextNow}
    </p>
  );
}
