import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { Actions, Foot, Screen } from '../ui/screen.tsx';
import { Sentence } from '../ui/sentence.tsx';

/** The guide for a recovery site with its own pages. They open in the person's web browser, where the person copies the passcode. */
export function RecoverySite() {
  const { messages } = useLocalizer();
  const { run, busy } = useVerbs();
  const { site } = messages.recovery;
  const back = (): void => void run('recoveryBack');
  return (
    <Screen title={site.title} above={messages.recovery.purpose} onEscape={back}>
      <p className="lead">{site.lead}</p>
      <ol className="steps">
        {site.steps.map((step, index) => (
          <li key={step} className="step">
            <span className="step-mark" aria-hidden>
              {index + 1}
            </span>
            <span>
              <Sentence text={step} />
            </span>
          </li>
        ))}
      </ol>
      <Actions>
        <Button kind="primary" size="large" pending={busy} onPress={() => void run('recoveryContinue')}>
          {site.next}
        </Button>
      </Actions>
      <Foot>
        <Button kind="quiet" pending={busy} onPress={back}>
          {messages.action.back}
        </Button>
      </Foot>
    </Screen>
  );
}
