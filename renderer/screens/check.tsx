import { CircleAlert, CircleCheck, CircleX, X, type LucideIcon } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import type { CheckState, Finding } from '../../shared/check.ts';
import { findingMessage } from '../../shared/messages/finding-message.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { ReportProblem } from '../ui/report-problem.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';

const icons: Record<Finding['result'], LucideIcon> = { ok: CircleCheck, attention: CircleAlert, missing: CircleX };

/** Check my connection: what a connection needs, one finding in a line, with what to do. */
export function Check({ check }: { check: CheckState }) {
  const { messages, format } = useLocalizer();
  const { run: leave, busy: leaving } = useVerbs();
  const { run, busy } = useVerbs();
  const { running, cut, findings, at } = check;
  const start = useEffectEvent(() => {
    if (!running && at === null) void run('startCheck');
  });
  useEffect(() => start(), []);
  const close = (): void => void leave('showSupport', { view: null });
  return (
    <Screen title={messages.check.title} onEscape={close}>
      <p className="lead">{messages.check.lead}</p>
      <p className="check-state" role="status">
        {stateText()}
      </p>
      <Actions>
        {running ? (
          <Button pending={leaving} onPress={() => void leave('stopCheck')}>
            {messages.check.stop}
          </Button>
        ) : (
          <Button kind="primary" pending={busy} onPress={() => void run('startCheck')}>
            {messages.check.again}
          </Button>
        )}
      </Actions>
      {findings.length > 0 && <Findings findings={findings} />}
      {!running && at !== null && <p className="hint">{format(messages.check.looked, { lookedAt: at })}</p>}
      {!running && at !== null && <ReportProblem />}
      <Foot>
        <Button kind="quiet" icon={X} onPress={close}>
          {messages.report.close}
        </Button>
      </Foot>
    </Screen>
  );

  function stateText(): string {
    if (running || at === null) return messages.check.running;
    if (cut !== null) return messages.check[cut];
    return findings.some(({ prevents, result }) => prevents || result === 'missing') || findings.some(isOwnProblem)
      ? messages.check.something
      : messages.check.allGood;
  }
}

/** A failure that was found, and not only something that this campus does not need. */
const isOwnProblem = ({ result, says, todo }: Finding): boolean =>
  result === 'attention' && (says.kind === 'failure' ? todo?.instead !== true : says.fact === 'clockOff' || says.fact === 'noProfile');

function Findings({ findings }: { findings: readonly Finding[] }) {
  const localizer = useLocalizer();
  const { messages } = localizer;
  return (
    <ul className="findings" aria-label={messages.check.findings}>
      {findings.map((finding, index) => {
        const Icon = icons[finding.result];
        const { says, todo } = findingMessage(finding, localizer);
        return (
          <li key={index} className={`finding ${finding.result}`}>
            <Icon aria-hidden size={18} />
            <div>
              <span className="visually-hidden">{messages.check.result[finding.result]}: </span>
              <p>{says}</p>
              {todo !== '' && <p className="hint">{todo}</p>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
