import { MessageSquareWarning, Stethoscope } from 'lucide-react';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from './button.tsx';

/** Opens Report a problem. */
export function ReportProblem({ kind = 'secondary' }: { kind?: 'secondary' | 'quiet' }) {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  return (
    <Button kind={kind} icon={MessageSquareWarning} pending={busy} onPress={() => void run('showSupport', { view: 'report' })}>
      {messages.report.open}
    </Button>
  );
}

/** Opens Check my connection. */
export function CheckConnection() {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  return (
    <Button icon={Stethoscope} pending={busy} onPress={() => void run('showSupport', { view: 'check' })}>
      {messages.check.title}
    </Button>
  );
}
