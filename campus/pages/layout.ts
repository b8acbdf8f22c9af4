import { issuerName } from '../profile.ts';
import { assetAddress, type AssetName } from './assets.ts';
import { html, type Html } from './html.ts';
import type { Speech } from './speech.ts';
import type { Words } from './words/words.ts';

/** What stays the same on all pages of one site. */
export interface Look {
  /** Shown under the campus's name: "Two-factor devices". */
  service: (words: Words) => string;
  /** Shown in the page's foot: which site this is. */
  address?: string;
}

/** What differs from page to page. */
export interface Draft {
  title: string;
  body: Html;
  /** Epoch milliseconds, so that the page's clocks follow the campus's. */
  now: number;
  speech: Speech;
  /** Shown at the right of the head: the choice of languages. */
  languages?: Html;
  /** Shown there too: who is signed in. */
  visitor?: Html;
  /** The page may change while it is open: browsers without scripts reload it every few seconds. */
  changes?: boolean;
  /** The address of server-sent events that report changes of the page's live parts. */
  events?: string;
  /** The phone's pages look different. */
  shape?: 'phone';
  /** Scripts that only this page needs. */
  scripts?: readonly AssetName[];
}

/** A whole page. */
export function draw(look: Look, draft: Draft): Html {
  const { locale, words } = draft.speech;
  const service = look.service(words);
  return html`<!doctype html>
    <html lang="${locale}" data-now="${draft.now}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${draft.title} · ${service}</title>
        <link rel="icon" href="${assetAddress('crest.svg')}" />
        <link rel="stylesheet" href="${assetAddress('campus.css')}" />
        <script defer src="${assetAddress('live.js')}"></script>
        ${(draft.scripts ?? []).map((name) => html`<script defer src="${assetAddress(name)}"></script>`)}
        ${draft.changes && html`<noscript><meta http-equiv="refresh" content="3" /></noscript>`}
      </head>
      <body class="${draft.shape ?? 'site'}" ${draft.events && html`data-events="${draft.events}"`}>
        <a class="skip" href="#main">${words.layout.skip}</a>
        <header class="head">
          <a class="brand" href="/">
            <img src="${assetAddress('crest.svg')}" alt="" width="36" height="36" />
            <span><strong>${issuerName}</strong><span class="service">${service}</span></span>
          </a>
          <div class="head-end">${draft.languages} ${draft.visitor}</div>
        </header>
        <main id="main" tabindex="-1">${draft.body}</main>
        <footer class="foot">
          <p>${look.address && html`<span class="address">${look.address}</span> · `}${words.layout.foot}</p>
        </footer>
      </body>
    </html>`;
}

/** A problem that needs attention, read aloud at once. */
export function alertBox(...parts: (Html | string)[]): Html {
  return html`<div class="alert" role="alert">${parts}</div>`;
}

/** Good or neutral news. */
export function noteBox(...parts: (Html | string)[]): Html {
  return html`<div class="note">${parts}</div>`;
}

/** A part of the page that the script fetches again after a change. A screen reader reads out what is new. */
export function live(id: string, body: Html, urgency: 'polite' | 'off' = 'polite'): Html {
  return html`<div id="${id}" data-live aria-live="${urgency}" tabindex="-1">${body}</div>`;
}
