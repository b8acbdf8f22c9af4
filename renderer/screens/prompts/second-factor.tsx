import {
  BellRing,
  ChevronRight,
  CircleSlash,
  Hash,
  KeyRound,
  MessageSquareText,
  Phone,
  PhoneOff,
  TimerOff,
  type LucideIcon,
} from 'lucide-react';
import { useState } from 'react';
import { Label } from 'react-aria-components/Label';
import { RadioButton, RadioField, RadioGroup } from 'react-aria-components/RadioGroup';
import type { FailureCode } from '../../../shared/failure-catalogue.ts';
import type { FactorDevice } from '../../../shared/prompt.ts';
import { useAnnounced } from '../../announcer.tsx';
import { useAnswer, useVerbs } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { RowButton } from '../../ui/button.tsx';
import { Details } from '../../ui/details.tsx';
import { FailurePanel } from '../../ui/panel.tsx';
import { Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import type { PromptProps } from './prompt.ts';

/** A different icon for each failure. */
const failureIcons: Partial<Record<FailureCode, LucideIcon>> = {
  'push-denied': CircleSlash,
  'push-timed-out': TimerOff,
  'call-not-confirmed': PhoneOff,
};
/** The methods besides a push, in this order. */
const otherMethods = ['call', 'text', 'other'] as const;
const methodIcons = { call: Phone, text: MessageSquareText, other: ChevronRight } as const;

/**
 * Asks for a device and a method: a push, a passcode, or the held recovery passcode. To somebody who lost their phone it
 * recommends a passcode. The ways that reach a device come last, collapsed, because they may reach the lost one.
 */
export function SecondFactor({ access, prompt, state, above }: PromptProps<'second-factor'>) {
  const { messages, format } = useLocalizer();
  const { busy, answer, answerWithHeld } = useAnswer(access);
  const { run } = useVerbs();
  const cancel = useCancel();
  useAnnounced(busy ? messages.factor.going : null);
  const held = state.heldPasscode;
  const lost = held !== null || state.task === 'lost-phone';
  const icon = prompt.failure && failureIcons[prompt.failure.code];
  const pushable = prompt.devices.filter(({ methods }) => methods.includes('push'));
  const [chosenId, choose] = useState(pushable[0]?.id);
  const device = pushable.find(({ id }) => id === chosenId) ?? pushable[0];
  const others = otherMethods.flatMap((method) =>
    prompt.devices.filter(({ methods }) => methods.includes(method)).map((to) => ({ method, to })),
  );
  const reachable = device !== undefined || others.length > 0;
  const hints = { call: messages.factor.callHint, text: messages.factor.textHint, other: messages.factor.otherHint };
  const startsWith = prompt.devices.find((each) => each.startsWith !== undefined)?.startsWith;
  const onEnter = held ? answerWithHeld : undefined; // Enter must never send a push

  const chooseDevice = pushable.length > 1 && <Devices devices={pushable} chosen={device?.id ?? null} onChoose={choose} disabled={busy} />;
  const push = device && (
    <RowButton
      kind={lost ? 'secondary' : 'primary'}
      icon={BellRing}
      title={lost ? messages.factor.pushPlain : messages.factor.push}
      hint={format(messages.factor.pushHint, { device: device.name })}
      pending={busy}
      onPress={() => answer({ kind: 'second-factor', method: 'push', device: device.id })}
    />
  );
  const otherWays = others.map(({ method, to }) => (
    <RowButton
      key={to.id}
      icon={methodIcons[method]}
      title={method === 'other' ? to.name : messages.factor[method]}
      hint={format(hints[method], { device: to.name })}
      pending={busy}
      onPress={() => answer({ kind: 'second-factor', method, device: to.id })}
    />
  ));

  return (
    <Screen title={messages.factor.title} above={above} onEnter={onEnter} onEscape={cancel}>
      {prompt.failure ? (
        <FailurePanel
          failure={prompt.failure}
          {...(icon ? { icon } : {})}
          more={prompt.triesLeft === undefined ? null : format(messages.credentials.triesLeft, { count: prompt.triesLeft })}
        />
      ) : (
        <p className="lead">{lost || !device ? messages.factor.leadCode : messages.factor.lead}</p>
      )}
      {!reachable && !held && <p>{messages.factor.noDevice}</p>}
      {!lost && chooseDevice}
      <div className="ways">
        {held && (
          <RowButton
            kind="primary"
            icon={KeyRound}
            title={messages.factor.useHeld}
            hint={format(messages.factor.heldHint, { untilAt: held.expiresAt })}
            pending={busy}
            onPress={answerWithHeld}
          />
        )}
        {!lost && push}
        <RowButton
          kind={lost && !held ? 'primary' : 'secondary'}
          icon={Hash}
          title={messages.factor.passcode}
          hint={passcodeHint()}
          pending={busy}
          onPress={() => answer({ kind: 'second-factor-passcode' })}
        />
        {!lost && otherWays}
        {!held && (
          <RowButton
            icon={PhoneOff}
            title={messages.factor.lost}
            hint={messages.task['lost-phone'].about}
            onPress={() => void run('startTask', { task: 'lost-phone' })}
          />
        )}
      </div>
      {lost && reachable && (
        <Details label={messages.factor.otherWays}>
          <p>{messages.factor.otherWaysLead}</p>
          {chooseDevice}
          <div className="ways">
            {push}
            {otherWays}
          </div>
        </Details>
      )}
      <p className="hint">{busy ? messages.factor.going : ''}</p>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );

  function passcodeHint(): string {
    if (startsWith !== undefined) return format(messages.passcode.startsWith, { start: startsWith });
    return lost && !held ? messages.factor.passcodeHintLost : messages.factor.passcodeHint;
  }
}

function Devices({
  devices,
  chosen,
  onChoose,
  disabled,
}: {
  devices: readonly FactorDevice[];
  chosen: string | null;
  onChoose: (id: string) => void;
  disabled: boolean;
}) {
  const { messages } = useLocalizer();
  return (
    <RadioGroup className="radio-group" value={chosen} onChange={onChoose} isDisabled={disabled}>
      <Label>{messages.factor.device}</Label>
      {devices.map((device) => (
        <RadioField key={device.id} value={device.id}>
          <RadioButton className="radio">
            <span className="radio-dot" aria-hidden />
            {device.name}
          </RadioButton>
        </RadioField>
      ))}
    </RadioGroup>
  );
}
