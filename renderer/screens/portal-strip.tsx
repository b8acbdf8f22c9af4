import { ArrowLeft, Lock, RotateCw, X } from 'lucide-react';
import type { AppState } from '../../shared/app-state.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { FailurePanel } from '../ui/panel.tsx';

type OpenPortal = Extract<AppState['portal'], { kind: 'open' }>;

/**
 * What surrounds the campus's own page: its address above it, and the reason if it could not be shown. The main process
 * places the page itself over the rest (`shared/layout.ts`).
 */
export function PortalArea({ portal }: { portal: OpenPortal }) {
  const { messages } = useLocalizer();
  return (
    <section className="portal-area" aria-label={messages.portalView.label}>
      <PortalStrip portal={portal} />
      <div className="portal-page">
        {portal.failure ? <PortalFailure failure={portal.failure} /> : <p className="hint">{messages.portalView.loading}</p>}
      </div>
    </section>
  );
}

function PortalStrip({ portal }: { portal: OpenPortal }) {
  const { messages } = useLocalizer();
  const { run } = useVerbs();
  return (
    <div className="strip">
      <IconButton label={messages.portalView.back} icon={ArrowLeft} disabled={!portal.canGoBack} onPress={() => void run('portalBack')} />
      <IconButton label={messages.portalView.reload} icon={RotateCw} onPress={() => void run('portalReload')} />
      <div className="address" title={messages.portalView.page}>
        <Lock aria-hidden size={14} />
        <span className="visually-hidden">{portal.via === 'tunnel' ? messages.portalView.secure : messages.portalView.secureDirect}: </span>
        <span className="address-host">{portal.host}</span>
        <span className="address-path">{portal.path}</span>
        {portal.loading && <span className="address-loading">{messages.portalView.loading}</span>}
      </div>
      <Button kind="quiet" icon={X} onPress={() => void run('closePortal')}>
        {messages.action.closePortal}
      </Button>
    </div>
  );
}

function PortalFailure({ failure }: { failure: NonNullable<OpenPortal['failure']> }) {
  const { messages } = useLocalizer();
  const { run, busy } = useVerbs();
  return (
    <div className="portal-failure">
      <FailurePanel failure={failure} />
      <Button kind="primary" icon={RotateCw} pending={busy} onPress={() => void run('portalReload')}>
        {failure.code === 'portal-left' ? messages.portalView.return : messages.portalView.retry}
      </Button>
    </div>
  );
}
