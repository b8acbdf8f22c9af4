import { useEffect, useState } from 'react';

/**
 * Says to a screen reader what changed. The element stays in the page and its text is put in after it is
 * drawn: readers announce changes, not beginnings.
 */
export function LiveRegion({ text }: { text: string }) {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), 100); // lets the focus, which is read first, move before
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {said}
    </div>
  );
}
