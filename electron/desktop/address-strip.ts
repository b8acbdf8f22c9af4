import { WebContentsView, type WebContents } from 'electron';
import { hardened } from './hardening.ts';

/** Height of the strip above a page that is not ours, in CSS pixels. */
export const stripHeight = 44;

/**
 * Where a page that is not ours is, in a view of our own above it: the page cannot draw there. It can be read and
 * selected, not changed.
 */
export interface AddressStrip {
  readonly view: WebContentsView;
  readonly contents: WebContents;
  show(address: string): void;
}

export function createAddressStrip(label: string): AddressStrip {
  const view = new WebContentsView({
    webPreferences: hardened,
  });
  const contents = view.webContents;
  contents.on('will-navigate', (event) => event.preventDefault());
  let shown: string | null = null;
  return {
    view,
    contents,
    show(address) {
      const page = pageOf(address, label);
      // The page below may be on its way while the window closes
      if (page === shown || contents.isDestroyed()) return;
      shown = page;
      contents.loadURL(`data:text/html;charset=utf-8,${encodeURIComponent(page)}`).catch(() => undefined); // the next one follows
    },
  };
}

/** Host in full strength, the rest softly; a query may hold what is nobody's business. */
export function pageOf(address: string, label: string): string {
  const url = URL.parse(address);
  const host = escape(url?.host ?? '');
  const path = escape((url?.pathname ?? '').slice(0, 200));
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escape(label)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${style}</style></head><body><p role="status" aria-label="${escape(label)}"><span class="soft">${escape(url?.protocol ?? '')}//</span><strong>${host}</strong><span class="soft">${path}</span></p></body></html>`;
}

const style = `:root{color-scheme:light dark}
body{margin:0;height:${stripHeight}px;box-sizing:border-box;display:flex;align-items:center;padding:0 16px;background:light-dark(#f2f3f1,#111315);border-bottom:1px solid light-dark(#d9dcd8,#343a3e)}
p{margin:0;font:14px/1.4 -apple-system,BlinkMacSystemFont,'Segoe UI Variable Text','Segoe UI','Adwaita Sans',Cantarell,Ubuntu,'Noto Sans',system-ui,sans-serif;color:light-dark(#1b2124,#eceeed);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.soft{color:light-dark(#555e62,#aab2b5)}`;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
