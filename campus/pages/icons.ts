import { html, type Html } from './html.ts';

/** The campus's line icons, drawn on 24 × 24. They are decoration: the text beside them, or the button's name, says the same. */
function icon(paths: Html): Html {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths}</svg>`;
}

export const icons = {
  phone: icon(html`<rect x="7" y="2.5" width="10" height="19" rx="2.5" /><path d="M11 18.5h2" />`),
  tablet: icon(html`<rect x="4.5" y="2.5" width="15" height="19" rx="2.5" /><path d="M11 18.5h2" />`),
  trash: icon(
    html`<path
      d="M4 6.5h16M9 6.5v-2a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v2M6.5 6.5l.9 13a1 1 0 0 0 1 1h7.2a1 1 0 0 0 1-1l.9-13M10 10.5v6M14 10.5v6"
    />`,
  ),
  add: icon(html`<path d="M12 5v14M5 12h14" />`),
  check: icon(html`<path d="m5 12.5 4.5 4.5L19 7.5" />`),
  cross: icon(html`<path d="m6.5 6.5 11 11m0-11-11 11" />`),
  clock: icon(html`<circle cx="12" cy="12" r="8.5" /><path d="M12 7.5V12l3 2" />`),
  copy: icon(
    html`<rect x="8.5" y="8.5" width="12" height="12" rx="2" /><path d="M15.5 8.5v-3a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h3" />`,
  ),
  key: icon(html`<circle cx="8" cy="12" r="4.5" /><path d="M12.5 12h9m-3 0v4m-3-4v3" />`),
  bypass: icon(html`<rect x="3.5" y="6.5" width="17" height="11" rx="2" /><path d="M7.5 12h.01M12 12h.01M16.5 12h.01" />`),
  settings: icon(
    html`<path d="M4 7.5h9m5 0h2M4 16.5h2m5 0h9" /><circle cx="15.5" cy="7.5" r="2.5" /><circle cx="8.5" cy="16.5" r="2.5" />`,
  ),
  back: icon(html`<path d="m14.5 5.5-6.5 6.5 6.5 6.5" />`),
  next: icon(html`<path d="m9.5 5.5 6.5 6.5-6.5 6.5" />`),
  bell: icon(html`<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4" />`),
} as const;
