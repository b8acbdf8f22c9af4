import { Check, Copy, Eye, EyeOff } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { groupPasscode, spellPasscode } from '../../shared/passcode.ts';
import { gatherMs } from '../announcer.tsx';
import { failureFrom, useClient } from '../client.ts';
import { useNow, useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button, IconButton } from './button.tsx';

interface HeldPasscodeProps {
  expiresAt: number;
  /** Whether to show it at once, since the person came here to see it. */
  shown: boolean;
}

/**
 * The recovery passcode that the main process holds. It is fetched only while it is shown. The main process copies it, and
 * clears the clipboard after a minute.
 */
export function HeldPasscode({ expiresAt, shown }: HeldPasscodeProps) {
  const { messages, format } = useLocalizer();
  const { passcode, reveal, hide } = useRevealed(shown);
  const spoken = useLater(passcode);
  const { busy, run } = useVerbs();
  const [copiedAt, setCopiedAt] = useState<number | null>(null);
  const now = useNow();
  const copied = copiedAt !== null && now - copiedAt < 60_000;

  return (
    <section className="held" aria-label={messages.recovery.passcode.held}>
      <div className="held-head">
        <span className="held-label">{messages.recovery.passcode.held}</span>
        <span className="hint">
          {now < expiresAt ? format(messages.recovery.passcode.valid, { untilAt: expiresAt }) : messages.recovery.passcode.expired}
        </span>
      </div>
      <div className="held-row">
        <output className="held-digits">
          <span aria-hidden>{passcode === null ? '••• ••• •••' : groupPasscode(passcode)}</span>
          {spoken !== null && <span className="visually-hidden">{spellPasscode(spoken)}</span>}
        </output>
        <IconButton
          label={passcode === null ? messages.recovery.passcode.reveal : messages.recovery.passcode.hide}
          icon={passcode === null ? Eye : EyeOff}
          onPress={passcode === null ? reveal : hide}
        />
      </div>
      <Button
        icon={copied ? Check : Copy}
        pending={busy}
        onPress={() => void run('copyPasscode').then((done) => done && setCopiedAt(Date.now()))}
      >
        {copied ? messages.recovery.passcode.copied : messages.recovery.passcode.copy}
      </Button>
    </section>
  );
}

function useRevealed(atOnce: boolean): { passcode: string | null; reveal: () => void; hide: () => void } {
  const client = useClient();
  const [passcode, setPasscode] = useState<string | null>(null);
  const reveal = useCallback(() => {
    client.call('revealPasscode').then(
      (revealed) => setPasscode(revealed.passcode),
      (error: unknown) => client.trouble.set(failureFrom(error)),
    );
  }, [client]);
  useEffect(() => {
    if (atOnce) reveal();
  }, [atOnce, reveal]);
  return { passcode, reveal, hide: () => setPasscode(null) };
}

/** A value a moment after it is there, when the heading of its screen has the focus and is read first. */
function useLater(value: string | null): string | null {
  const [later, setLater] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), gatherMs);
    return () => clearTimeout(timer);
  }, [value]);
  return later === value ? later : null;
}
