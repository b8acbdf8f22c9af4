import { useState } from 'react';
import type { AppState } from '../../shared/app-state.ts';
import { useAnnounced } from '../announcer.tsx';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button, SubmitButton } from '../ui/button.tsx';
import { SecretField } from '../ui/fields.tsx';
import { Form } from '../ui/form.tsx';

/** Saves or forgets the key for one-time codes, if the campus and the computer's policy allow it. The key goes from this form to the keychain and nowhere else. */
export function SavedTotp({ isSaved, keychain }: { isSaved: boolean; keychain: AppState['saved']['keychain'] }) {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  const [key, setKey] = useState('');
  const [missing, setMissing] = useState(false);
  useAnnounced(isSaved ? messages.settings.codesKept : messages.settings.codesNone, { about: String(isSaved), atFirst: false });
  if (isSaved)
    return (
      <>
        <p>{messages.settings.codesKept}</p>
        <Button pending={busy} onPress={() => void run('forgetCodes')}>
          {messages.settings.codesForget}
        </Button>
      </>
    );
  if (keychain !== 'available')
    return <p className="hint">{keychain === 'absent' ? messages.credentials.keychainAbsent : messages.credentials.keychainLocked}</p>;

  const keep = async (): Promise<void> => {
    setMissing(key.trim() === '');
    if (key.trim() !== '' && (await run('keepCodes', { key }))) setKey('');
  };
  return (
    <Form onSubmit={() => void keep()}>
      <p>{messages.settings.codesNone}</p>
      <SecretField
        label={messages.settings.codesKey}
        hint={messages.settings.codesKeyHint}
        value={key}
        onChange={setKey}
        error={missing && key.trim() === '' ? messages.settings.codesKeyMissing : null}
        busy={busy}
        input={{ maxLength: 2000 }}
      />
      <SubmitButton kind="secondary" pending={busy}>
        {messages.settings.codesKeep}
      </SubmitButton>
    </Form>
  );
}
