import type { AccessStateOf } from '../../shared/access-state.ts';
import type { ProfileSummary } from '../../shared/app-state.ts';
import { portalTask, type Task } from '../../shared/guide.ts';
import { useNow, useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Details } from '../ui/details.tsx';
import { Facts } from '../ui/facts.tsx';
import { Panel } from '../ui/panel.tsx';
import { Parts, partIcons } from '../ui/parts.tsx';
import { Ring } from '../ui/ring.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';
import { Tasks } from '../ui/tasks.tsx';
import { TrafficChart } from '../ui/traffic-chart.tsx';
import { ConnectionSeen } from './connection.tsx';
import { Expiring } from './expiring.tsx';

interface ConnectedProps {
  access: AccessStateOf<'connected'>;
  profile: ProfileSummary;
  task: Task | null;
}

/** The screen while connected: the portal button first, then the time left, the traffic and the route. */
export function Connected({ access, profile, task }: ConnectedProps) {
  const { messages, format, duration, instant } = useLocalizer();
  const { busy, run } = useVerbs();
  const now = useNow();
  const open = (): void => void run('openPortal');
  const health = access.portal === 'dns-failed' ? 'down' : access.portal;
  const HealthIcon = partIcons[health];
  const isDown = access.portal === 'down' || access.portal === 'dns-failed';
  // What is wrong comes first: the session's end, names that are not found, a portal that does not answer
  const hasPrimaryAbove = access.expiring || isDown;
  const reconnect = async (): Promise<void> => {
    if (!(await run('disconnect'))) return;
    await (task ? run('startTask', { task: portalTask(task) }) : run('connect', { profileId: access.profileId }));
  };

  return (
    <Screen title={messages.connected.title} above={profile.name} onEnter={open}>
      {access.expiring && <Expiring access={access} task={task} />}
      {isDown && (
        <Panel tone="attention" title={messages.connected.portal[access.portal]}>
          <p>{access.portal === 'down' ? messages.connected.portalDown : messages.connected.portalNameless}</p>
          <Parts
            label={messages.connected.parts}
            parts={[
              [format(messages.connected.part.link, { gateway: access.gateway }), 'up'],
              [messages.connected.part.tunnel, 'up'],
              // Otherwise it is unknown: the far end may have resolved the name
              ...(access.portal === 'dns-failed' ? [[messages.connected.part.names, 'down'] as const] : []),
              [format(messages.connected.part.portal, { host: profile.portalHost }), access.portal === 'down' ? 'down' : 'unknown'],
            ]}
          />
          <div className="panel-actions">
            <Button
              kind={access.expiring ? 'secondary' : 'primary'}
              pending={busy}
              onPress={access.portal === 'down' ? open : () => void reconnect()}
            >
              {access.portal === 'down' ? messages.action.tryPortalAgain : messages.action.reconnect}
            </Button>
          </div>
        </Panel>
      )}
      <div className="session">
        <TimeLeft access={access} now={now} />
        <div className="session-side">
          <p className={`health ${health}`}>
            <HealthIcon aria-hidden size={18} />
            {messages.connected.portal[access.portal]}
          </p>
          <TrafficChart />
        </div>
      </div>
      <Actions>
        {access.portal !== 'down' && (
          <Button kind={hasPrimaryAbove ? 'secondary' : 'primary'} size="large" pending={busy} onPress={open}>
            {messages.action.openPortal}
          </Button>
        )}
      </Actions>
      <Tasks title={messages.connected.tasks} terse />
      <Details label={messages.connection.title}>{() => <ConnectionSeen />}</Details>
      <Details label={messages.action.details}>
        <Facts
          facts={[
            [messages.connected.gateway, access.gateway],
            // After a sign-in on the campus's own page, only that page knows the user
            ...(access.user === '' ? [] : [[messages.connected.user, access.user] as const]),
            [messages.connected.since, instant(access.since)],
            ...(access.idleSeconds === null ? [] : [[messages.connected.idle, duration(access.idleSeconds * 1000)] as const]),
          ]}
        />
      </Details>
      <Foot>
        <Button pending={busy} onPress={() => void run('disconnect')}>
          {messages.action.disconnect}
        </Button>
      </Foot>
    </Screen>
  );
}

/** How long the session still lasts, or how long it has lasted if the gateway does not tell its end. */
function TimeLeft({ access, now }: { access: AccessStateOf<'connected'>; now: number }) {
  const { messages, format, duration } = useLocalizer();
  const { expiresAt, since } = access;
  if (expiresAt === null) {
    const time = duration(now - since);
    return (
      <Ring part={1} label={messages.connected.timeUp} text={time}>
        <strong>{time}</strong>
        <span>{messages.connected.noEnd}</span>
      </Ring>
    );
  }
  const left = expiresAt - now;
  const text = left > 0 ? format(messages.connected.left, { time: duration(left) }) : messages.connected.ended;
  return (
    <Ring part={left / (expiresAt - since)} label={messages.connected.timeLeft} text={text} tone={access.expiring ? 'attention' : 'accent'}>
      <strong>{left > 0 ? duration(left) : messages.connected.ended}</strong>
      <span>{format(messages.connected.until, { untilAt: expiresAt })}</span>
    </Ring>
  );
}
