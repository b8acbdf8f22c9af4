import type { AccessStateOf } from '../../shared/access-state.ts';
import { networkPageIn } from '../../shared/endings.ts';
import type { ProfileSummary } from '../../shared/app-state.ts';
import { useNow, useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Facts } from '../ui/facts.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';
import { ConnectionLine } from '../ui/connection-line.tsx';

/** The screen while Causeway reconnects automatically. The person can press Try now, but need not. */
export function Reconnecting({ access, profile }: { access: AccessStateOf<'reconnecting'>; profile: ProfileSummary }) {
  const { messages, format, ago, instant, failure } = useLocalizer();
  const { busy, run } = useVerbs();
  const now = useNow();
  const page = networkPageIn(access);
  const tryNow = (): void => void run('retryNow');
  return (
    <Screen title={messages.reconnecting.title} above={profile.name} onEnter={tryNow}>
      <ConnectionLine state="broken" />
      <p className="lead">{format(messages.reconnecting.lead, { ago: ago(now - access.brokeAt) })}</p>
      <p className="next-try" role="timer">
        {nextTry(access.nextTryAt)}
      </p>
      <Facts
        facts={[
          [messages.reconnecting.why, failure(access.why).happened],
          [messages.connected.gateway, access.gateway],
          ...(access.expiresAt === null ? [] : [[messages.reconnecting.ends, instant(access.expiresAt)] as const]),
          [messages.connected.since, instant(access.since)],
        ]}
      />
      <Actions>
        {page !== null && (
          <Button kind="primary" size="large" pending={busy} onPress={() => void run('openNetworkPage')}>
            {messages.action.openNetworkPage}
          </Button>
        )}
        <Button {...(page === null ? { kind: 'primary', size: 'large' } : {})} pending={busy || access.nextTryAt === null} onPress={tryNow}>
          {messages.action.tryNow}
        </Button>
      </Actions>
      <Foot>
        <Button pending={busy} onPress={() => void run('disconnect')}>
          {messages.action.disconnect}
        </Button>
      </Foot>
    </Screen>
  );

  function nextTry(at: number | null): string {
    if (at === null || at <= now) return messages.reconnecting.trying;
    return format(messages.reconnecting.next, { count: Math.ceil((at - now) / 1000) });
  }
}
