import type { AppState, KeepPage as Choice } from '../../shared/app-state.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Checkbox } from './fields.tsx';

/**
 * The choice to keep the sign-in on the campus's own page, on our Sign in screen or beside the page. If this computer cannot
 * encrypt it, a sentence says so instead.
 */
export function KeepPage({ state, where }: { state: Pick<AppState, 'keepPage'>; where: Choice['where'] }) {
  const { messages } = useLocalizer();
  const { run, busy } = useVerbs();
  const { keepPage } = state;
  if (keepPage.where !== where) return null;
  if (keepPage.why === 'no-encryption') return <p className="hint">{messages.keepPage.noEncryption}</p>;
  if (!keepPage.offered) return null;
  return (
    <Checkbox
      label={messages.keepPage.label}
      hint={messages.keepPage.hint}
      checked={keepPage.wanted}
      disabled={busy}
      onChange={(keep) => void run('keepPageSignIn', { keep })}
    />
  );
}
