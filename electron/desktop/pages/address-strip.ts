import { WebContentsView, type WebContents } from 'electron';
import { hardened } from './hardening.ts';

/** Heights in CSS pixels of the strip above a page that is not ours: of the address, and of a note below it. */
const addressHeight = 44;
const noteHeight = 60;

/** The link of a note's button. It is never opened: the navigation is caught. */
const buttonAddress = 'https://button.invalid/';

/**
 * The address of a page that is not ours, in a view of our own above that page, where the page cannot draw. A person can
 * read and select the address, but not change it.
 */
export interface AddressStrip {
  readonly view: WebContentsView;
  readonly contents: WebContents;
  /** The current height in CSS pixels, with or without a note. */
  readonly height: number;
  show(address: string): void;
  /** Shows a note below the address, instead of the last one. */
  note(note: StripNote): void;
  /** Called when the note's button is pressed. */
  onPress: () => void;
}

/** Text, and the label of a button beside it. */
export interface StripNote {
  readonly text: string;
  readonly button: string;
}

export function createAddressStrip(label: string): AddressStrip {
  const view = new WebContentsView({
    webPreferences: hardened,
  });
  const contents = view.webContents;
  let shown: string | null = null;
  let address = '';
  let note: StripNote | null = null;
  const draw = (): void => {
    const page = pageOf(address, label, note);
    // The page below may still navigate while the window closes
    if (page === shown || contents.isDestroyed()) return;
    shown = page;
    contents.loadURL(`data:text/html;charset=utf-8,${encodeURIComponent(page)}`).catch(() => undefined); // the next one follows
  };
  const strip: AddressStrip = {
    view,
    contents,
    get height() {
      return addressHeight + (note ? noteHeight : 0);
    },
    onPress: () => undefined,
    show(now) {
      address = now;
      draw();
    },
    note(now) {
      note = now;
      draw();
    },
  };
  contents.on('will-navigate', (event) => {
    event.preventDefault();
    if (event.url === buttonAddress) strip.onPress();
  });
  return strip;
}

/** Shows the host in full contrast, and scheme and path in low contrast. It leaves out the query, which may hold private data. */
export function pageOf(address: string, label: string, note: StripNote | null = null): string {
  const url = URL.parse(address);
  const host = escape(url?.host ?? '');
  const path = escape((url?.pathname ?? '').slice(0, 200));
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escape(label)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${style}</style></head><body><p role="status" aria-label="${escape(label)}"><span class="soft">${escape(url?.protocol ?? '')}//</span><strong>${host}</strong><span class="soft">${path}</span></p>${note ? noteOf(note) : ''}</body></html>`;
}

/** The strip runs no script, so its button is a link. */
const noteOf = ({ text, button }: StripNote): string =>
  `<div class="note"><p role="status" class="text">${escape(text)}</p><a role="button" href="${buttonAddress}">${escape(button)}</a></div>`;

const style = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;box-sizing:border-box;padding:0 16px;background:light-dark(#f2f3f1,#111315);border-bottom:1px solid light-dark(#d9dcd8,#343a3e)}
p,a{margin:0;font:14px/1.4 -apple-system,BlinkMacSystemFont,'Segoe UI Variable Text','Segoe UI','Adwaita Sans',Cantarell,Ubuntu,'Noto Sans',system-ui,sans-serif;color:light-dark(#1b2124,#eceeed);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
body>p{line-height:${addressHeight - 1}px}
.note{display:flex;gap:12px;align-items:center;height:${noteHeight - 8}px}
.text{flex:1;min-width:0;font-size:13px;white-space:normal;overflow-wrap:anywhere;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3}
a{flex:none;padding:5px 12px;border:1px solid light-dark(#7c8588,#7f888c);border-radius:6px;text-decoration:none}
a:hover{background:light-dark(#e5e8e4,#1d2124)}
a:focus-visible{outline:2px solid light-dark(#1f6f54,#7fd1b0);outline-offset:1px}
.soft{color:light-dark(#555e62,#aab2b5)}`;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
