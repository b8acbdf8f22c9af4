import type { AccessStateOf } from '../../shared/access-state.ts';
import type { AppState, ProfileSummary } from '../../shared/app-state.ts';
import { guideSteps, portalTask, stepAt } from '../../shared/guide.ts';
import { useNow, useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { HeldPasscode } from '../ui/held-passcode.tsx';
import { Foot, Screen } from '../ui/screen.tsx';
import { Tasks } from '../ui/tasks.tsx';
import { Expiring } from './expiring.tsx';
import { Steps, useLastStep } from './guide-steps.tsx';

type OpenPortal = Extract<AppState['portal'], { kind: 'open' }>;
type Online = AccessStateOf<'connected' | 'on-campus' | 'reconnecting'>;

interface GuideProps {
  access: Online;
  portal: OpenPortal;
  state: AppState;
  profile: ProfileSummary;
}

/** The guide beside the portal: the steps of the task, with the current one marked by the page's address, and the recovery passcode. */
export function Guide({ access, portal, state, profile }: GuideProps) {
  const { messages, format } = useLocalizer();
  const { task, heldPasscode } = state;
  const steps = task ? guideSteps[portalTask(task)] : null;
  const current = task && profile.portalPages === 'causeway.portal.v1' ? stepAt(portalTask(task), portal.path) : null;
  const marked = useLastStep(task, current);
  const done = steps !== null && current === steps.length - 1;
  // Once the person has confirmed who they are, the passcode is used
  const needsPasscode = steps === null || marked === null || marked <= steps.findIndex(({ id }) => id === 'confirm');
  // The task of somebody who recovered and then chose Add a new device differs, but the passcode tells
  const lost = task === 'lost-phone' || (task === 'add-device' && heldPasscode !== null);
  const confirmSentence = (): string | null => {
    if (!lost) return null;
    return heldPasscode ? messages.guide.confirmHeld : messages.guide.confirmLost;
  };
  return (
    <Screen
      title={task ? messages.task[portalTask(task)].name : messages.guide.title}
      above={steps && marked !== null && !done ? format(messages.guide.progress, { step: marked + 1, count: steps.length }) : null}
    >
      <StateLine access={access} profile={profile} />
      {access.kind === 'reconnecting' && <TryNow trying={access.nextTryAt === null} />}
      {access.kind === 'connected' && access.expiring && <Expiring access={access} task={task} />}
      {heldPasscode && needsPasscode && <HeldPasscode expiresAt={heldPasscode.expiresAt} shown={false} />}
      {task ? (
        <>
          {current === null && <p className="hint">{profile.portalPages === 'other' ? messages.guide.other : messages.guide.lost}</p>}
          <Steps task={task} marked={marked} done={done} confirm={confirmSentence()} />
        </>
      ) : (
        <>
          <p className="lead">{messages.guide.free}</p>
          <Tasks title={messages.home.tasks} only={['add-device', 'remove-device']} />
        </>
      )}
      <Foot>
        <Leave
          access={access}
          done={done}
          hasTask={task !== null}
          canRemoveLost={task === 'lost-phone' && (done || profile.portalPages === 'other')}
        />
      </Foot>
    </Screen>
  );
}

/** Lets the person retry the connection without closing the portal. */
function TryNow({ trying }: { trying: boolean }) {
  const { messages } = useLocalizer();
  const { run, busy } = useVerbs();
  return (
    <Button pending={busy || trying} onPress={() => void run('retryNow')}>
      {messages.action.tryNow}
    </Button>
  );
}

interface LeaveProps {
  access: Online;
  done: boolean;
  hasTask: boolean;
  /** The new device is added, or may be: the lost one can be removed. */
  canRemoveLost: boolean;
}

/**
 * The next actions: the lost phone's removal, another task, disconnect. The strip above the portal closes it at any time, so
 * that is a button here only once the task is done: it then ends the connection too.
 */
function Leave({ access, done, hasTask, canRemoveLost }: LeaveProps) {
  const { messages } = useLocalizer();
  const { run, busy } = useVerbs();
  const online = access.kind !== 'on-campus';
  return (
    <>
      {canRemoveLost && (
        <>
          <p className="hint">{messages.guide.removeLostWhy}</p>
          <Button
            kind={done ? 'primary' : 'secondary'}
            {...(done ? { size: 'large' } : {})}
            pending={busy}
            onPress={() => void run('startTask', { task: 'remove-device' })}
          >
            {messages.guide.removeLost}
          </Button>
        </>
      )}
      {done && (
        <Button
          kind={canRemoveLost ? 'secondary' : 'primary'}
          {...(canRemoveLost ? {} : { size: 'large' })}
          pending={busy}
          onPress={() => void run(online ? 'disconnect' : 'closePortal')}
        >
          {online ? messages.guide.finish : messages.guide.finishOnCampus}
        </Button>
      )}
      {hasTask && (
        <Button kind="quiet" pending={busy} onPress={() => void run('leaveTask')}>
          {messages.guide.leave}
        </Button>
      )}
      {!done && online && (
        <Button pending={busy} onPress={() => void run('disconnect')}>
          {messages.action.disconnect}
        </Button>
      )}
    </>
  );
}

/** The state of the connection in one line. */
function StateLine({ access, profile }: { access: Online; profile: ProfileSummary }) {
  const { messages, format, duration } = useLocalizer();
  const now = useNow();
  const line = (): string => {
    switch (access.kind) {
      case 'on-campus':
        return messages.guide.onCampus;
      case 'reconnecting':
        return format(messages.status.reconnecting, { campus: profile.name });
      case 'connected':
        return [
          format(messages.guide.connected, { campus: profile.name }),
          ...(access.expiresAt === null ? [] : [format(messages.connected.left, { time: duration(access.expiresAt - now) })]),
        ].join(' · ');
    }
  };
  return (
    <p className="status-line">
      <span className={`status-dot ${access.kind === 'reconnecting' ? 'attention' : 'on'}`} aria-hidden />
      {line()}
    </p>
  );
}
