import { ChevronRight, MonitorX } from 'lucide-react';
import { useAnswer } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { RowButton } from '../../ui/button.tsx';
import { FailurePanel } from '../../ui/panel.tsx';
import { Screen } from '../../ui/screen.tsx';
import { useSearch } from '../../ui/searchable.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import type { PromptProps } from './prompt.ts';

/** A choice of a realm, a role or a session to end. One click chooses. Enter takes last time's choice. A long list can be searched. */
export function Choice({ access, prompt, above }: PromptProps<'choice'>) {
  const { messages } = useLocalizer();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  const usual = prompt.options.find(({ id }) => id === prompt.usual);
  const choose = ({ id }: { id: string }): void => answer({ kind: 'choice', option: id });
  const { shown, search, more } = useSearch(prompt.options, (only) => {
    const taken = only ?? usual;
    if (taken && !busy) choose(taken);
  });
  return (
    <Screen
      title={prompt.title ?? messages.choice[prompt.purpose]}
      above={above}
      focus={search ? 'field' : 'title'}
      onEnter={usual && (() => choose(usual))}
      onEscape={cancel}
    >
      {prompt.purpose === 'session' && <p className="lead">{messages.choice.sessionLead}</p>}
      {prompt.failure && <FailurePanel failure={prompt.failure} />}
      {search}
      {more}
      <div className="ways">
        {shown.map((option) => (
          <RowButton
            key={option.id}
            icon={prompt.purpose === 'session' ? MonitorX : ChevronRight}
            title={option.label}
            hint={option.detail ?? (option === usual ? messages.choice.usual : undefined)}
            kind={option === usual ? 'primary' : 'secondary'}
            pending={busy}
            onPress={() => choose(option)}
          />
        ))}
      </div>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}
