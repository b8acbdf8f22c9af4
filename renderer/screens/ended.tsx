import type { ProfileSummary } from '../../shared/app-state.ts';
import { isSessionOver } from '../../shared/endings.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Task } from '../../shared/guide.ts';
import { failureCatalogue } from '../../shared/failure-catalogue.ts';
import { useNow, useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { CopyDetails } from '../ui/copy-details.tsx';
import { HelpCode } from '../ui/help-code.tsx';
import { HelpDesk } from '../ui/help-desk.tsx';
import { KeyChange } from '../ui/key-change.tsx';
import { Panel } from '../ui/panel.tsx';
import { ReportProblem } from '../ui/report-problem.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';
import { ConnectionLine } from '../ui/connection-line.tsx';
import { Sentence } from '../ui/sentence.tsx';

interface EndedProps {
  ending: Failure;
  profile: ProfileSummary;
  /** The current task. Try again continues it. */
  task: Task | null;
  above: string | null;
  /** The network's sign-in page, if it has one, and whether the network is open now. */
  network: { page: string | null; free: boolean };
}

/** Why the last attempt or session ended, and what to do about it. */
export function Ended({ ending, profile, task, above, network }: EndedProps) {
  const { messages, format, failure } = useLocalizer();
  const { busy, run } = useVerbs();
  const text = failure(ending);
  const tryAgain = (): void => void (task ? run('startTask', { task }) : run('connect', { profileId: profile.id }));
  const again = failureCatalogue[ending.code] === 'never' ? null : tryAgain;
  const acknowledge = (): void => void run('acknowledge');
  // Trying again cannot help: the account has no device any more
  const lost = ending.code === 'no-second-factor' && profile.recovery !== null;
  const held = network.page !== null && !network.free;
  const isKeyChanged = ending.code === 'certificate-changed';
  // The campus counts until then, and a try before then is lost
  const untilAt = Number(ending.code === 'account-locked' ? ending.params?.['untilAt'] : 0) || 0;
  const waits = untilAt > useNow();
  return (
    <Screen
      title={text.title}
      above={above ?? profile.name}
      onEnter={lost || waits ? undefined : (again ?? acknowledge)}
      onEscape={acknowledge}
    >
      <ConnectionLine state="broken" />
      <p className="lead" role="alert">
        <Sentence text={text.happened} />
      </p>
      {network.free ? (
        <Panel tone="good" title={messages.ending.freeTitle}>
          <p>{messages.ending.free}</p>
        </Panel>
      ) : (
        <p className="todo">
          <Sentence text={text.todo} />
        </p>
      )}
      {held && <p className="hint">{messages.ending.watching}</p>}
      {isKeyChanged && <HelpDesk contact={profile.helpDesk} />}
      <Actions>
        {held && (
          <Button kind="primary" size="large" pending={busy} onPress={() => void run('openNetworkPage')}>
            {messages.action.openNetworkPage}
          </Button>
        )}
        {lost && (
          <Button kind="primary" size="large" pending={busy} onPress={() => void run('startTask', { task: 'lost-phone' })}>
            {messages.task['lost-phone'].name}
          </Button>
        )}
        {again && (
          <Button {...(held || lost ? {} : { kind: 'primary', size: 'large' })} pending={busy} disabled={waits} onPress={again}>
            {againText()}
          </Button>
        )}
      </Actions>
      {/* Not among those that stay in sight: together they would cover what to do */}
      <Actions>
        <CopyDetails />
        <ReportProblem />
      </Actions>
      <HelpCode failure={ending} />
      {!isKeyChanged && <HelpDesk contact={profile.helpDesk} />}
      <KeyChange failure={ending} />
      <Foot>
        <Button kind="quiet" onPress={acknowledge}>
          {messages.ending.done}
        </Button>
      </Foot>
    </Screen>
  );

  function againText(): string {
    if (waits) return format(messages.action.tryAgainAt, { untilAt });
    return messages.action[network.free ? 'connect' : isSessionOver(ending.code) ? 'signInAgain' : 'tryAgain'];
  }
}
