import { FileKey } from 'lucide-react';
import { useState } from 'react';
import { failureFrom, useClient } from '../../client.ts';
import { useDrafts } from '../../drafts.ts';
import { useAnswer, useRefocus } from '../../hooks.ts';
import { useLocalizer } from '../../localizer.ts';
import { Button, SubmitButton } from '../../ui/button.tsx';
import { SecretField } from '../../ui/fields.tsx';
import { Form } from '../../ui/form.tsx';
import { FailurePanel } from '../../ui/panel.tsx';
import { Actions, Screen } from '../../ui/screen.tsx';
import { CancelFoot, useCancel } from './cancel.tsx';
import type { PromptProps } from './prompt.ts';

/** Asks for the file of the person's certificate, and for its passphrase if it has one. */
export function ClientCertificate({ access, prompt, profile, above }: PromptProps<'client-certificate'>) {
  const { messages, format } = useLocalizer();
  const client = useClient();
  const { busy, answer } = useAnswer(access);
  const cancel = useCancel();
  const [draft, setDraft] = useDrafts(`client-certificate/${profile.id}`, { file: '', passphrase: '' });
  const [missing, setMissing] = useState<'file' | 'passphrase' | null>(null);
  const passphrase = useRefocus(access.promptId);
  const chosen = draft.file === '' ? prompt.file : draft.file;

  const choose = (): void => {
    client.call('chooseCertificate').then(
      (chosenFile) => {
        if (!chosenFile) return;
        setDraft('file', chosenFile.file);
        setDraft('passphrase', ''); // another file has another passphrase
        setMissing(null);
      },
      (error: unknown) => client.trouble.set(failureFrom(error)),
    );
  };
  const send = (): void => {
    // Another file may have no passphrase
    const isLocked = prompt.wantsPassphrase && nameOf(chosen ?? '') === nameOf(prompt.file ?? '');
    const empty = chosen === undefined ? 'file' : isLocked && draft.passphrase === '' ? 'passphrase' : null;
    setMissing(empty);
    if (empty !== null || busy) return;
    answer({
      kind: 'client-certificate',
      ...(draft.file !== '' && { file: draft.file }),
      ...(prompt.wantsPassphrase && draft.passphrase !== '' && { passphrase: draft.passphrase }),
    });
  };

  return (
    <Screen title={messages.clientCertificate.title} above={above} focus={prompt.wantsPassphrase ? 'field' : 'title'} onEscape={cancel}>
      {prompt.failure ? (
        <FailurePanel key={access.promptId} failure={prompt.failure} />
      ) : (
        <p className="lead">{format(messages.clientCertificate.lead, { host: prompt.host })}</p>
      )}
      <Form onSubmit={send}>
        <div className="field" role="group" aria-label={messages.clientCertificate.file}>
          <div className="list-row">
            <span className="list-text">
              <span className="selectable">{chosen === undefined ? messages.clientCertificate.none : nameOf(chosen)}</span>
              <span className="hint">{messages.clientCertificate.fileHint}</span>
            </span>
          </div>
          <Button icon={FileKey} disabled={busy} onPress={choose}>
            {messages.clientCertificate.choose}
          </Button>
          {missing === 'file' && (
            <p className="error" role="alert">
              {messages.clientCertificate.fileMissing}
            </p>
          )}
        </div>
        {prompt.wantsPassphrase && (
          <SecretField
            label={messages.clientCertificate.passphrase}
            hint={messages.clientCertificate.passphraseHint}
            value={draft.passphrase}
            onChange={(value) => setDraft('passphrase', value)}
            error={missing === 'passphrase' && draft.passphrase === '' ? messages.clientCertificate.passphraseMissing : null}
            busy={busy}
            autoFocus
            inputRef={passphrase}
          />
        )}
        <Actions>
          <SubmitButton pending={busy}>{busy ? messages.clientCertificate.checking : messages.clientCertificate.go}</SubmitButton>
        </Actions>
      </Form>
      <CancelFoot onCancel={cancel} />
    </Screen>
  );
}

/** The name of a file, whichever system its path is from. */
const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
