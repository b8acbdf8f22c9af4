import { LifeBuoy } from 'lucide-react';
import type { ProfileSummary } from '../../shared/app-state.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from './button.tsx';

/** Leads somebody who forgot their password to the help desk: to its page, or to its phone and e-mail. */
export function ForgottenPassword({ contact }: { contact: ProfileSummary['helpDesk'] }) {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  if (!contact) return null;
  if (contact.address === undefined)
    return (
      <div>
        <p>{messages.credentials.forgot}</p>
        <HelpDesk contact={contact} />
      </div>
    );
  return (
    <Button kind="quiet" pending={busy} onPress={() => void run('openHelpDesk')}>
      {messages.credentials.forgot}
    </Button>
  );
}

/** The help desk of the profile. Renders nothing if it has none. */
export function HelpDesk({ contact }: { contact: ProfileSummary['helpDesk'] }) {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  if (!contact) return null;
  return (
    <section className="help-desk" aria-label={messages.helpDesk.title}>
      <LifeBuoy aria-hidden size={18} />
      <div className="help-desk-body">
        <p>{contact.name ?? messages.helpDesk.title}</p>
        {contact.phone !== undefined && <p className="selectable">{contact.phone}</p>}
        {contact.email !== undefined && <p className="selectable">{contact.email}</p>}
        {contact.address !== undefined && (
          <Button kind="quiet" pending={busy} onPress={() => void run('openHelpDesk')}>
            {messages.helpDesk.open}
          </Button>
        )}
      </div>
    </section>
  );
}
