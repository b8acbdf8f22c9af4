import type { AccessStateOf } from '../../shared/access-state.ts';
import { Button } from '../ui/button.tsx';
import { Foot, Screen } from '../ui/screen.tsx';
import { ConnectionLine, type LineState } from '../ui/connection-line.tsx';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';

/** The waiting screens. Each says what it waits for, and can be cancelled. */
function Wait({
  title,
  lead,
  above,
  line,
  cancellable,
}: {
  title: string;
  lead: string;
  above: string | null;
  line: LineState;
  cancellable: boolean;
}) {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  const cancel = (): void => void run('disconnect');
  return (
    <Screen kind="wait" title={title} above={above} onEscape={cancellable ? cancel : undefined}>
      <ConnectionLine state={line} />
      <p className="lead">{lead}</p>
      {cancellable && (
        <Foot>
          <Button kind="quiet" pending={busy} onPress={cancel}>
            {messages.action.cancel}
          </Button>
        </Foot>
      )}
    </Screen>
  );
}

interface WaitProps {
  above: string | null;
}

export function Checking({ above }: WaitProps) {
  const { checking } = useLocalizer().messages;
  return <Wait {...checking} above={above} line="going" cancellable />;
}

export function Contacting({ access, above }: WaitProps & { access: AccessStateOf<'contacting'> }) {
  const { messages, format } = useLocalizer();
  return (
    <Wait
      title={messages.contacting.title}
      lead={format(messages.contacting.lead, { gateway: access.gateway })}
      above={above}
      line="going"
      cancellable
    />
  );
}

export function Opening({ access, above }: WaitProps & { access: AccessStateOf<'opening'> }) {
  const { messages, format } = useLocalizer();
  return (
    <Wait
      title={messages.opening.title}
      lead={format(messages.opening.lead, { gateway: access.gateway })}
      above={above}
      line="going"
      cancellable
    />
  );
}

export function Closing() {
  const { closing } = useLocalizer().messages;
  return <Wait {...closing} above={null} line="off" cancellable={false} />;
}
