import { Check as CheckIcon, Copy, RefreshCw, Save, X } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CheckState } from '../../shared/check.ts';
import type { Failure } from '../../shared/failure.ts';
import { useAnnounced } from '../announcer.tsx';
import { failureFrom, useClient } from '../client.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { FailurePanel } from '../ui/panel.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';

interface Made {
  id: string;
  code: string;
  text: string;
}

/** Report a problem: the whole report, shown before it is saved or copied. */
export function Report({ check }: { check: CheckState }) {
  const { messages } = useLocalizer();
  const client = useClient();
  const { run, busy } = useVerbs();
  const [made, setMade] = useState<Made | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const isOpen = useRef(true);
  const make = useCallback(() => {
    client.call('makeReport').then(
      (report) => {
        if (isOpen.current) setMade(report);
      },
      (error: unknown) => {
        if (isOpen.current) setFailure(failureFrom(error));
      },
    );
  }, [client]);
  useEffect(() => {
    isOpen.current = true;
    make();
    return () => {
      isOpen.current = false;
    };
  }, [make]);
  const again = (): void => {
    setMade(null);
    setFailure(null);
    make();
  };
  useAnnounced(made ? messages.report.lead : failure ? null : messages.report.making);
  const close = (): void => void run('showSupport', { view: null });
  return (
    <Screen title={messages.report.title} onEscape={close}>
      {failure && <FailurePanel failure={failure} />}
      {made ? (
        <Shown key={made.id} made={made} onAgain={again} />
      ) : (
        !failure && (
          <>
            <p className="lead">{messages.report.making}</p>
            {check.running && (
              <Actions>
                <Button pending={busy} onPress={() => void run('stopCheck')}>
                  {messages.report.skip}
                </Button>
              </Actions>
            )}
          </>
        )
      )}
      <Foot>
        <Button kind="quiet" icon={X} pending={busy} onPress={close}>
          {messages.report.close}
        </Button>
      </Foot>
    </Screen>
  );
}

function Shown({ made, onAgain }: { made: Made; onAgain: () => void }) {
  const { messages, format } = useLocalizer();
  const client = useClient();
  const { run, busy } = useVerbs();
  const [done, setDone] = useState<'copied' | 'saved' | null>(null);
  const lines = made.text.trimEnd().split('\n');
  const save = (): void => {
    client.trouble.set(null);
    client.call('saveReport', { id: made.id }).then(
      ({ saved }) => {
        if (saved) setDone('saved');
      },
      (error: unknown) => client.trouble.set(failureFrom(error)),
    );
  };
  return (
    <>
      <p className="lead">{messages.report.lead}</p>
      <div className="help-code">
        <p>{messages.report.code}</p>
        <p className="help-code-symbols selectable">{made.code}</p>
      </div>
      <section className="report-text selectable" aria-label={messages.report.text} tabIndex={0}>
        {lines.map((line, index) => (
          <p key={index} className={line.startsWith('== ') ? 'report-heading' : undefined}>
            {line}
          </p>
        ))}
      </section>
      <Actions>
        <Button kind="primary" icon={done === 'saved' ? CheckIcon : Save} onPress={save}>
          {done === 'saved' ? messages.report.saved : messages.report.save}
        </Button>
        <Button
          icon={done === 'copied' ? CheckIcon : Copy}
          pending={busy}
          onPress={() => void run('copyReport', { id: made.id }).then((copied) => copied && setDone('copied'))}
        >
          {done === 'copied' ? messages.report.copied : messages.report.copy}
        </Button>
        <Button icon={RefreshCw} kind="quiet" onPress={onAgain}>
          {messages.report.again}
        </Button>
      </Actions>
      <p className="hint">{messages.report.replaced}</p>
      <p className="hint">{format(messages.report.lines, { count: lines.length })}</p>
    </>
  );
}
