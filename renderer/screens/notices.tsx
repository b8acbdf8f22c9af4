import type { AppNotice } from '../../shared/app-state.ts';
import { useClient, useStore } from '../client.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { FailurePanel } from '../ui/panel.tsx';

/** Notices that belong to no screen, and the last call that failed. */
export function Notices({ notices }: { notices: readonly AppNotice[] }) {
  const { messages } = useLocalizer();
  const { trouble } = useClient();
  const failed = useStore(trouble);
  const { run } = useVerbs();
  if (notices.length === 0 && !failed) return null;
  return (
    <section className="notices" aria-label={messages.notices.title}>
      {failed && <FailurePanel failure={failed} onDismiss={() => trouble.set(null)} />}
      {notices.map(({ id, failure }) => (
        <FailurePanel key={id} failure={failure} onDismiss={() => void run('dismissNotice', { id })} />
      ))}
    </section>
  );
}
