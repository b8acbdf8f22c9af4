import { ExternalLink, RefreshCw, RotateCw } from 'lucide-react';
import type { AppState } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';
import { checkFailure, mayRestart } from '../../shared/updates.ts';
import { useAnnounced } from '../announcer.tsx';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/fields.tsx';
import { isLocked, Locked } from '../ui/locked.tsx';

/** The part of Settings about updates: whether Causeway updates itself, how far it is, or who does it. */
export function Updates({ state }: { state: AppState }) {
  const { messages } = useLocalizer();
  const { run } = useVerbs();
  const { updates, preferences, policy } = state;
  const locked = isLocked(state, 'updates');
  const hasChoice = updates.kind !== 'by-it' && (updates.kind !== 'off' || updates.why === 'person' || updates.why === 'policy');
  return (
    <section className="group">
      <h2>{messages.updates.title}</h2>
      {hasChoice && (
        <Checkbox
          label={messages.updates.automatic}
          checked={preferences.updates}
          disabled={locked}
          onChange={(wanted) => void run('changePreferences', { updates: wanted })}
        />
      )}
      <Progress state={state} />
      {locked && <Locked policy={policy} />}
    </section>
  );
}

function Progress({ state }: { state: AppState }) {
  const { messages, format, bytes, failure } = useLocalizer();
  const { run, busy } = useVerbs();
  const { updates } = state;
  const words = messages.updates;
  useAnnounced(newsOf(), { about: `${updates.kind} ${checkFailure(updates)?.code ?? ''}`, atFirst: false });
  const checkNow = (
    <Button icon={RefreshCw} pending={busy} onPress={() => void run('checkForUpdates')}>
      {words.checkNow}
    </Button>
  );
  switch (updates.kind) {
    case 'off':
      return <p className="hint">{words.off[updates.why]}</p>;
    case 'by-it':
      return <p>{words.byIt[updates.by]}</p>;
    case 'idle':
      return (
        <>
          <p>{updates.checkedAt === null ? words.never : words.current}</p>
          {updates.checkedAt !== null && <p className="hint">{format(words.checked, { checkedAt: updates.checkedAt })}</p>}
          {checkNow}
        </>
      );
    case 'checking':
      return (
        <>
          <p>{words.checking}</p>
          {checkNow}
        </>
      );
    case 'downloading': {
      const { version, received, size, whatsNew } = updates;
      const text = format(words.downloading, { version, received: bytes(received), size: bytes(size) });
      return (
        <>
          <p>{text}</p>
          <progress aria-label={text} max={size} value={received} />
          <WhatsNew version={version} address={whatsNew} />
        </>
      );
    }
    case 'ready': {
      const { version, whatsNew, failure: why } = updates;
      const isBusy = !mayRestart(state);
      return (
        <>
          <p>{format(words.ready, { version })}</p>
          {isBusy && <p className="hint">{words.busy}</p>}
          <Button icon={RotateCw} disabled={isBusy} pending={busy} onPress={() => void run('restartToUpdate')}>
            {words.restart}
          </Button>
          <WhatsNew version={version} address={whatsNew} />
          {why && (
            <>
              <Why failure={why} />
              {checkNow}
            </>
          )}
        </>
      );
    }
    case 'failed':
      return (
        <>
          <Why failure={updates.failure} />
          {updates.retryAt !== null && <p className="hint">{format(words.retry, { retryAt: updates.retryAt })}</p>}
          {checkNow}
        </>
      );
  }

  /** What came of a check, for people who do not see it. The window itself announces an update that is ready. */
  function newsOf(): string | string[] | null {
    if (updates.kind === 'checking') return words.checking;
    if (updates.kind === 'idle') return updates.checkedAt === null ? words.never : words.current;
    const why = checkFailure(updates);
    return why && Object.values(failure(why));
  }
}

/** Why the last check failed. */
function Why({ failure: why }: { failure: Failure }) {
  const { failure } = useLocalizer();
  const { title, happened, todo } = failure(why);
  return (
    <>
      <p>
        <strong>{title}</strong>
      </p>
      <p>{happened}</p>
      <p>{todo}</p>
    </>
  );
}

/** A link that opens in the browser. Its address never becomes a page of ours. */
function WhatsNew({ version, address }: { version: string; address: string | null }) {
  const { messages, format } = useLocalizer();
  const { run } = useVerbs();
  if (address === null) return null;
  return (
    <Button kind="quiet" icon={ExternalLink} onPress={() => void run('openWhatsNew')}>
      {format(messages.updates.whatsNew, { version })}
    </Button>
  );
}
