import { RotateCw } from 'lucide-react';
import type { AppState } from '../../shared/app-state.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { PageStrip } from '../ui/page-strip.tsx';
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
        {portal.failure ? <PortalFailure failure={portal.failure} /> : <p className="hint">{messages.pageStrip.loading}</p>}
      </div>
    </section>
  );
}

function PortalStrip({ portal }: { portal: OpenPortal }) {
  const { messages } = useLocalizer();
  const { run } = useVerbs();
  return (
    <PageStrip
      about={messages.portalView.page}
      secure={portal.via === 'tunnel' ? messages.portalView.secure : messages.portalView.secureDirect}
      host={portal.host}
      path={portal.path}
      loading={portal.loading}
      canGoBack={portal.canGoBack}
      onBack={() => void run('portalBack')}
      onReload={() => void run('portalReload')}
      leave={{ label: messages.action.closePortal, onPress: () => void run('closePortal') }}
    />
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
