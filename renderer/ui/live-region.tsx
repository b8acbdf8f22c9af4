import { useEffect, useState } from 'react';

/**
 * Announces changes to screen readers. The element stays in the page and gets its text after it is drawn, since screen
 * readers announce changes and not the first content.
 */
export function LiveRegion({ text }: { text: string }) {
  const [announced, setAnnounced] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAnnounced(text), 100); // the focus moves first, and is read first
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {announced}
    </div>
  );
}
