import { useEffect } from 'react';

/**
 * Scrolls what takes the focus as it appears clear of the window's edge and of the buttons that stay in place. React gives it
 * the focus while it puts it into the page, where Chromium does not scroll to it.
 */
export function useShownFocus(autoFocus: boolean): void {
  useEffect(() => {
    if (autoFocus) document.activeElement?.scrollIntoView({ block: 'nearest' });
  }, [autoFocus]);
}
