import { html, type Html } from './html.ts';

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const timeWithSeconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

/** Formats a time by the campus's clock: "14:32". */
export function clockTime(at: number): string {
  return time.format(at);
}

/** Formats a date: "24 November 2025". */
export function calendarDay(at: number): string {
  return day.format(at);
}

/** Formats a delay: "in 8 minutes". */
export function inMinutes(at: number, now: number): string {
  const minutes = Math.max(1, Math.ceil((at - now) / 60_000));
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`;
}

/**
 * The time left as a ring and seconds. The pages' script updates it; without the script the page shows the time of day at
 * the end. At the end, the page's live parts are fetched again.
 *
 * @param at the end, epoch milliseconds
 * @param totalMs the time that a full ring stands for
 * @param until the word before the time of day, in the page's language
 */
export function ring(at: number, totalMs: number, until = 'until'): Html {
  return html`<span class="ring" data-until="${at}" data-total="${totalMs}">
    <svg viewBox="0 0 44 44" aria-hidden="true">
      <circle class="track" cx="22" cy="22" r="19" />
      <circle class="left" cx="22" cy="22" r="19" pathLength="100" stroke-dasharray="100" />
    </svg>
    <span class="seconds">${until} ${timeWithSeconds.format(at)}</span>
  </span>`;
}

/** The time left in words, for the middle of a sentence: "in 12 s" with the script, "at 14:32:05" without. */
export function countdown(at: number): Html {
  return html`<time class="countdown" datetime="${new Date(at).toISOString()}" data-until="${at}">at ${timeWithSeconds.format(at)}</time>`;
}
