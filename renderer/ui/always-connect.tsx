import { Play } from 'lucide-react';
import type { AlwaysConnectState } from '../../shared/always-connect.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from './button.tsx';

/** What always-connect waits for, under the Connect button. Nothing while it is off or has nothing to say. */
export function AlwaysConnect({ state }: { state: AlwaysConnectState }) {
  const { messages, format } = useLocalizer();
  const { busy, run } = useVerbs();
  switch (state.step) {
    case 'off':
    case 'watching':
    case 'asking':
      return null;
    case 'stopped':
      return <p className="hint">{messages.always.stopped}</p>;
    case 'waiting':
      return <p className="hint">{format(messages.always.waiting, { untilAt: state.until })}</p>;
    case 'paused':
      return (
        <section className="always-connect" aria-label={messages.always.setting}>
          <p>
            <strong>{format(messages.always.paused, { untilAt: state.until })}</strong>
          </p>
          <p className="hint">{messages.always.pausedText}</p>
          <Button icon={Play} pending={busy} onPress={() => void run('resumeAlwaysConnect')}>
            {messages.always.resume}
          </Button>
        </section>
      );
  }
}
