import type { AccessStateOf } from '../../shared/access-state.ts';
import type { ProfileSummary } from '../../shared/app-state.ts';
import type { Task } from '../../shared/guide.ts';
import { useNow, useVerbs } from '../hooks.ts';
import { useSpeaker } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Details } from '../ui/details.tsx';
import { Facts } from '../ui/facts.tsx';
import { Panel } from '../ui/panel.tsx';
import { Parts, partIcons } from '../ui/parts.tsx';
import { Ring } from '../ui/ring.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';
import { Tasks } from '../ui/tasks.tsx';
import { TrafficChart } from '../ui/traffic-chart.tsx';
import { Expiring } from './expiring.tsx';

interface ConnectedProps {
  access: AccessStateOf<'connected'>;
  profile: ProfileSummary;
  task: Task | null;
}

/** In. The portal first; then how long, how much, and through what. */
export function Connected({ access, profile, task }: ConnectedProps) {
  const { words, say, duration, instant } = useSpeaker();
  const { busy, run } = useVerbs();
  const now = useNow();
  const open = (): void => void run('openPortal');
  const health = access.portal === 'nameless' ? 'down' : access.portal;
  const HealthIcon = partIcons[health];

  return (
    <Screen title={words.connected.title} above={profile.name} onEnter={open}>
      {access.expiring && <Expiring access={access} task={task} />}
      <div className="session">
        <TimeLeft access={access} now={now} />
        <div className="session-side">
          <p className={`health ${health}`}>
            <HealthIcon aria-hidden size={18} />
            {words.connected.portal[access.portal]}
          </p>
          <TrafficChart />
        </div>
      </div>
      {(access.portal === 'down' || access.portal === 'nameless') && (
        <Panel tone="attention" title={words.connected.portal[access.portal]}>
          <p>{access.portal === 'down' ? words.connected.portalDown : words.connected.portalNameless}</p>
          <Parts
            label={words.connected.parts}
            parts={[
              [say(words.connected.part.link, { gateway: access.gateway }), 'up'],
              [words.connected.part.tunnel, 'up'],
              // Otherwise nobody knows: a name may have been found at the far end
              ...(access.portal === 'nameless' ? [[words.connected.part.names, 'down'] as const] : []),
              [say(words.connected.part.portal, { host: profile.portalHost }), access.portal === 'down' ? 'down' : 'unknown'],
            ]}
          />
        </Panel>
      )}
      <Actions>
        <Button kind="primary" size="large" pending={busy} onPress={open}>
          {words.action.openPortal}
        </Button>
      </Actions>
      <Tasks title={words.connected.tasks} terse />
      <Details label={words.action.details}>
        <Facts
          facts={[
            [words.connected.gateway, access.gateway],
            // Who signed in on the campus's own page, only the page knows
            ...(access.user === '' ? [] : [[words.connected.user, access.user] as const]),
            [words.connected.since, instant(access.since)],
            ...(access.idleSeconds === null ? [] : [[words.connected.idle, duration(access.idleSeconds * 1000)] as const]),
          ]}
        />
      </Details>
      <Foot>
        <Button pending={busy} onPress={() => void run('disconnect')}>
          {words.action.disconnect}
        </Button>
      </Foot>
    </Screen>
  );
}

/** How long the session still lasts; where the gateway does not say, how long it has lasted. */
function TimeLeft({ access, now }: { access: AccessStateOf<'connected'>; now: number }) {
  const { words, say, duration } = useSpeaker();
  const { expiresAt, since } = access;
  if (expiresAt === null) {
    const time = duration(now - since);
    return (
      <Ring part={1} label={words.connected.timeUp} text={time}>
        <strong>{time}</strong>
        <span>{words.connected.noEnd}</span>
      </Ring>
    );
  }
  const left = expiresAt - now;
  const text = left > 0 ? say(words.connected.left, { time: duration(left) }) : words.connected.ended;
  return (
    <Ring part={left / (expiresAt - since)} label={words.connected.timeLeft} text={text} tone={access.expiring ? 'attention' : 'accent'}>
      <strong>{left > 0 ? duration(left) : words.connected.ended}</strong>
      <span>{say(words.connected.until, { untilAt: expiresAt })}</span>
    </Ring>
  );
}
