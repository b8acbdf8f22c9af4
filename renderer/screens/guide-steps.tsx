import { CircleCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { guideSteps, portalTask, type Task } from '../../shared/guide.ts';
import { useAnnounced } from '../announcer.tsx';
import { useLocalizer } from '../localizer.ts';
import { Details } from '../ui/details.tsx';
import { Panel } from '../ui/panel.tsx';
import { Sentence } from '../ui/sentence.tsx';

/** The current step. On a page that belongs to no step, it is the last step of this task that the person reached. */
export function useLastStep(task: Task | null, current: number | null): number | null {
  const [last, setLast] = useState({ task, step: current });
  if (last.task !== task || (current !== null && last.step !== current)) setLast({ task, step: current });
  return current ?? (last.task === task ? last.step : null);
}

interface StepsProps {
  task: Task;
  /** The index of the step to mark. Null when it is unknown. */
  marked: number | null;
  done: boolean;
  /** In place of the sentence of the step `confirm`, or null. */
  confirm: string | null;
}

/** What to do at one step: a sentence, or several, one below the other. */
function StepText({ text }: { text: string | readonly string[] }) {
  if (typeof text === 'string')
    return (
      <span>
        <Sentence text={text} />
      </span>
    );
  return (
    <ol className="moves">
      {text.map((move) => (
        <li key={move}>
          <Sentence text={move} />
        </li>
      ))}
    </ol>
  );
}

/** The steps of a task. Finished steps are collapsed, so that the current step and the title stay in view. */
export function Steps({ task, marked, done, confirm }: StepsProps) {
  const { messages, format } = useLocalizer();
  const steps = guideSteps[portalTask(task)];
  const sentences: Record<string, string | readonly string[]> = {
    ...messages.guide.steps[portalTask(task)],
    ...(confirm !== null && { confirm }),
  };
  const finished = done ? steps.length : (marked ?? 0);
  const current = marked === null ? undefined : steps[marked];
  const progress = marked === null ? '' : format(messages.guide.progress, { step: marked + 1, count: steps.length });
  useAnnounced(done ? messages.guide.steps[portalTask(task)].done : current ? [progress, ...[sentences[current.id] ?? ''].flat()] : null, {
    about: `${task} ${done ? 'done' : (current?.id ?? '')}`,
  });
  const now = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // In braces, since Chromium's scrollIntoView returns a promise, which React would take for a clean-up function
    now.current?.scrollIntoView({ block: 'nearest' });
  }, [marked]);
  return (
    <>
      {done && <Panel tone="good" title={messages.guide.steps[portalTask(task)].done} />}
      {finished > 0 && (
        <Details label={format(messages.guide.stepsDone, { count: finished })}>
          <ol className="steps">
            {steps.slice(0, finished).map(({ id }) => (
              <li key={id} className="step done">
                <span className="step-mark" aria-hidden>
                  <CircleCheck size={20} />
                </span>
                <StepText text={sentences[id] ?? ''} />
              </li>
            ))}
          </ol>
        </Details>
      )}
      {!done && (
        <ol className="steps" start={finished + 1}>
          {steps.slice(finished).map(({ id }, index) => {
            const isCurrent = marked !== null && index === 0;
            return (
              <li
                key={id}
                ref={isCurrent ? now : null}
                className={`step ${marked === null ? '' : isCurrent ? 'current' : 'ahead'}`}
                aria-current={isCurrent ? 'step' : undefined}
              >
                <span className="step-mark" aria-hidden>
                  {finished + index + 1}
                </span>
                <StepText text={sentences[id] ?? ''} />
              </li>
            );
          })}
        </ol>
      )}
    </>
  );
}
