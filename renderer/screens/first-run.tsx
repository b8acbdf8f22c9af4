import { FileText, School } from 'lucide-react';
import { useState } from 'react';
import type { CampusChoice } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';
import { useAnnounced } from '../announcer.tsx';
import { failureFrom, useClient } from '../client.ts';
import { useDrafts } from '../drafts.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button, RowButton, SubmitButton } from '../ui/button.tsx';
import { Field } from '../ui/fields.tsx';
import { Form } from '../ui/form.tsx';
import { FailurePanel } from '../ui/panel.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';

/** Adds the first campus, by its name, its address, a file or a link, when IT has not provided one. */
export function FirstRun({ onBack }: { onBack?: () => void }) {
  const { messages, format } = useLocalizer();
  const client = useClient();
  const { run, busy: choosing } = useVerbs();
  const [{ address }, setValue] = useDrafts('first-run', { address: '' });
  const [asked, setAsked] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [missing, setMissing] = useState(false);
  const [choices, setChoices] = useState<readonly CampusChoice[]>([]);

  const finding = asked === null ? null : format(messages.firstRun.finding, { address: asked });
  useAnnounced(finding);
  useAnnounced(choices.length > 0 ? messages.firstRun.several : null);

  const find = (): void => {
    const wanted = address.trim();
    if (asked !== null) return;
    setMissing(wanted === '');
    setFailure(null);
    setChoices([]);
    if (wanted === '') return;
    setAsked(wanted);
    client
      .call('previewAddress', { address: wanted })
      .then((found) => setChoices(found.campuses))
      .catch((error: unknown) => setFailure(failureFrom(error)))
      .finally(() => setAsked(null));
  };

  return (
    <Screen title={onBack ? messages.settings.addProfile : messages.firstRun.title} focus="field" onEscape={onBack}>
      <p className="lead">{messages.firstRun.lead}</p>
      {failure && <FailurePanel failure={failure} onDismiss={() => setFailure(null)} />}
      <Form onSubmit={find}>
        <Field
          label={messages.firstRun.address}
          hint={messages.firstRun.addressHint}
          value={address}
          onChange={(value) => setValue('address', value)}
          error={missing && address.trim() === '' ? messages.firstRun.addressMissing : null}
          busy={asked !== null}
          autoFocus
          input={{ maxLength: 300 }}
        />
        <Actions>
          <SubmitButton pending={asked !== null}>{messages.firstRun.find}</SubmitButton>
        </Actions>
        <p className="hint">{finding}</p>
      </Form>
      {choices.length > 0 && (
        <section className="tasks">
          <h2>{messages.firstRun.several}</h2>
          {choices.map(({ id, name, domain }) => (
            <RowButton
              key={id}
              icon={School}
              title={name}
              hint={domain}
              pending={choosing}
              onPress={() => void run('previewCampus', { id })}
            />
          ))}
        </section>
      )}
      <p className="or" aria-hidden>
        {messages.firstRun.or}
      </p>
      <Actions>
        <Button icon={FileText} pending={choosing} onPress={() => void run('previewFile')}>
          {messages.firstRun.file}
        </Button>
        <p className="hint">{messages.firstRun.fileHint}</p>
      </Actions>
      <p className="hint">{messages.firstRun.link}</p>
      {onBack && (
        <Foot>
          <Button kind="quiet" onPress={onBack}>
            {messages.action.back}
          </Button>
        </Foot>
      )}
    </Screen>
  );
}
