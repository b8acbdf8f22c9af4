import { useState, type SubmitEvent } from 'react';
import type { AppState } from '../../shared/app-state.ts';
import { useVerbs } from '../hooks.ts';
import { useSpeaker } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { SecretField } from '../ui/fields.tsx';

/** The key for one-time codes, where campus and computer allow one to be kept. It leaves this form for the keychain only. */
export function KeptCodes({ kept, keychain }: { kept: boolean; keychain: AppState['saved']['keychain'] }) {
  const { words } = useSpeaker();
  const { busy, run } = useVerbs();
  const [key, setKey] = useState('');
  const [missing, setMissing] = useState(false);
  if (kept)
    return (
      <>
        <p>{words.settings.codesKept}</p>
        <Button pending={busy} onPress={() => void run('forgetCodes')}>
          {words.settings.codesForget}
        </Button>
      </>
    );
  if (keychain !== 'available')
    return <p className="hint">{keychain === 'absent' ? words.credentials.keychainAbsent : words.credentials.keychainLocked}</p>;

  const keep = async (): Promise<void> => {
    setMissing(key.trim() === '');
    if (key.trim() !== '' && (await run('keepCodes', { key }))) setKey('');
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void keep();
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <p>{words.settings.codesNone}</p>
      <SecretField
        label={words.settings.codesKey}
        hint={words.settings.codesKeyHint}
        value={key}
        onChange={setKey}
        error={missing && key.trim() === '' ? words.settings.codesKeyMissing : null}
        busy={busy}
        input={{ maxLength: 2000 }}
      />
      <Button pending={busy} onPress={() => void keep()}>
        {words.settings.codesKeep}
      </Button>
    </form>
  );
}
