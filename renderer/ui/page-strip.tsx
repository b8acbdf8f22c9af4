import { ArrowLeft, Lock, RotateCw, X } from 'lucide-react';
import { useLocalizer } from '../localizer.ts';
import { Button, IconButton } from './button.tsx';

interface PageStripProps {
  /** Says whose page this is; shown as a tooltip. */
  about: string;
  /** What the padlock means, for screen readers. */
  secure: string;
  host: string;
  path: string;
  loading: boolean;
  canGoBack: boolean;
  onBack: () => void;
  onReload: () => void;
  /** The button that leaves the page, where our column has none. */
  leave?: { label: string; onPress: () => void };
}

/** The strip above a page of the campus: back, reload, its address, and the way out where our column has none. The page cannot draw here. */
export function PageStrip({ about, secure, host, path, loading, canGoBack, onBack, onReload, leave }: PageStripProps) {
  const { messages } = useLocalizer();
  return (
    <div className="strip">
      <IconButton label={messages.pageStrip.back} icon={ArrowLeft} disabled={!canGoBack} onPress={onBack} />
      <IconButton label={messages.pageStrip.reload} icon={RotateCw} onPress={onReload} />
      <div className="address" title={about}>
        <Lock aria-hidden size={14} />
        <span className="visually-hidden">{secure}: </span>
        <span className="address-host">{host}</span>
        <span className="address-path">{path}</span>
        {loading && <span className="address-loading">{messages.pageStrip.loading}</span>}
      </div>
      {leave && (
        <Button kind="quiet" icon={X} onPress={leave.onPress}>
          {leave.label}
        </Button>
      )}
    </div>
  );
}
