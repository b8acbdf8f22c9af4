import { CircleCheck } from 'lucide-react';
import type { AccessStateOf } from '../../shared/access-state.ts';
import type { AppState, ProfileSummary } from '../../shared/app-state.ts';
import { guideSteps, portalTask, stepAt, type Task } from '../../shared/guide.ts';
import { useNow, useVerbs } from '../hooks.ts';
import { useSpeaker } from '../speech.ts';
import { Button } from '../ui/button.tsx';
import { HeldPasscode } from '../ui/held-passcode.tsx';
import { Panel } from '../ui/panel.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';
import { Tasks } from '../ui/tasks.tsx';
import { Expiring } from './expiring.tsx';

type OpenPortal = Extract<AppState['portal'], { kind: 'open' }>;
type Online = AccessStateOf<'connected' | 'on-campus' | 'reconnecting'>;

interface GuideProps {
  access: Online;
  portal: OpenPortal;
  state: AppState;
  profile: ProfileSummary;
}

/** Beside the portal: the steps of the chosen task, the current one marked by the page's address, and the passcode at hand. */
export function Guide({ access, portal, state, profile }: GuideProps) {
  const { words } = useSpeaker();
  const { run, busy } = useVerbs();
  const { task } = state;
  const close = (): void => void run('closePortal');
  return (
    <Screen title={task ? words.task[portalTask(task)].name : words.guide.title} onEscape={close}>
      <StateLine access={access} profile={profile} />
      {access.kind === 'connected' && access.expiring && <Expiring access={access} />}
      {state.heldPasscode && <HeldPasscode expiresAt={state.heldPasscode.expiresAt} shown={false} />}
      {task ? (
        <Steps task={task} portal={portal} known={profile.portalPages === 'causeway.portal.v1'} />
      ) : (
        <>
          <p className="lead">{words.guide.free}</p>
          <Tasks title={words.home.tasks} only={['add-device', 'remove-device']} />
        </>
      )}
      <Foot>
        {task && (
          <Button kind="quiet" pending={busy} onPress={() => void run('leaveTask')}>
            {words.guide.leave}
          </Button>
        )}
        <div className="pair">
          <Button pending={busy} onPress={close}>
            {words.action.closePortal}
          </Button>
          {access.kind !== 'on-campus' && (
            <Button pending={busy} onPress={() => void run('disconnect')}>
              {words.action.disconnect}
            </Button>
          )}
        </div>
      </Foot>
    </Screen>
  );
}

function Steps({ task, portal, known }: { task: Task; portal: OpenPortal; known: boolean }) {
  const { words, say } = useSpeaker();
  const { run, busy } = useVerbs();
  const name = portalTask(task);
  const steps = guideSteps[name];
  const sentences: Record<string, string> = words.guide.steps[name];
  const current = known ? stepAt(name, portal.path) : null;
  const done = current === steps.length - 1;
  return (
    <>
      {!known && <p className="hint">{words.guide.other}</p>}
      {known && current === null && <p className="hint">{words.guide.lost}</p>}
      {current !== null && !done && <p className="above">{say(words.guide.progress, { step: current + 1, count: steps.length })}</p>}
      <ol className="steps">
        {steps.map(({ id }, index) => {
          const status = stepStatus(index, done ? steps.length : current);
          return (
            <li key={id} className={`step ${status ?? ''}`} aria-current={status === 'current' ? 'step' : undefined}>
              <span className="step-mark" aria-hidden>
                {status === 'done' ? <CircleCheck size={20} /> : index + 1}
              </span>
              <span>
                {sentences[id]}
                {status === 'done' && <span className="visually-hidden"> ({words.guide.status.done})</span>}
              </span>
            </li>
          );
        })}
      </ol>
      {done && (
        <>
          <Panel tone="good" title={sentences['done'] ?? words.guide.allSet} />
          <Actions>
            <Button
              kind="primary"
              size="large"
              pending={busy}
              onPress={() => void run(portal.via === 'tunnel' ? 'disconnect' : 'closePortal')}
            >
              {portal.via === 'tunnel' ? words.guide.finish : words.action.closePortal}
            </Button>
          </Actions>
        </>
      )}
    </>
  );
}

type StepStatus = 'done' | 'current' | 'ahead';

/** Where a step is against the current one; null where the current one is not known. */
function stepStatus(index: number, current: number | null): StepStatus | null {
  if (current === null) return null;
  if (index < current) return 'done';
  return index === current ? 'current' : 'ahead';
}

/** The state of the way to campus in one line. */
function StateLine({ access, profile }: { access: Online; profile: ProfileSummary }) {
  const { words, say, duration } = useSpeaker();
  const now = useNow();
  const line = (): string => {
    switch (access.kind) {
      case 'on-campus':
        return words.guide.onCampus;
      case 'reconnecting':
        return say(words.status.reconnecting, { campus: profile.name });
      case 'connected':
        return `${say(words.guide.connected, { campus: profile.name })} · ${say(words.connected.left, { time: duration(access.expiresAt - now) })}`;
    }
  };
  return (
    <p className="status-line">
      <span className={`status-dot ${access.kind === 'reconnecting' ? 'attention' : 'on'}`} aria-hidden />
      {line()}
    </p>
  );
}
