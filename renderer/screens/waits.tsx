import type { AccessStateOf } from '../../shared/access-state.ts';
import { Button } from '../ui/button.tsx';
import { Foot, Screen } from '../ui/screen.tsx';
import { Way, type WayState } from '../ui/connection-line.tsx';
import { useVerbs } from '../hooks.ts';
import { useSpeaker } from '../localizer.ts';

/** A wait says what it waits for, and can be left. */
function Wait({
  title,
  lead,
  above,
  way,
  cancellable,
}: {
  title: string;
  lead: string;
  above: string | null;
  way: WayState;
  cancellable: boolean;
}) {
  const { words } = useSpeaker();
  const { busy, run } = useVerbs();
  const cancel = (): void => void run('disconnect');
  return (
    <Screen kind="wait" title={title} above={above} onEscape={cancellable ? cancel : undefined}>
      <Way state={way} />
      <p className="lead">{lead}</p>
      {cancellable && (
        <Foot>
          <Button kind="quiet" pending={busy} onPress={cancel}>
            {words.action.cancel}
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
  const { checking } = useSpeaker().words;
  return <Wait {...checking} above={above} way="going" cancellable />;
}

export function Contacting({ access, above }: WaitProps & { access: AccessStateOf<'contacting'> }) {
  const { words, say } = useSpeaker();
  return (
    <Wait
      title={words.contacting.title}
      lead={say(words.contacting.lead, { gateway: access.gateway })}
      above={above}
      way="going"
      cancellable
    />
  );
}

export function Opening({ access, above }: WaitProps & { access: AccessStateOf<'opening'> }) {
  const { words, say } = useSpeaker();
  return (
    <Wait title={words.opening.title} lead={say(words.opening.lead, { gateway: access.gateway })} above={above} way="going" cancellable />
  );
}

export function Closing() {
  const { closing } = useSpeaker().words;
  return <Wait {...closing} above={null} way="off" cancellable={false} />;
}
