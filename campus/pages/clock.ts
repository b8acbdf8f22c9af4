import { html, type Html } from './html.ts';
import type { Speech } from './speech.ts';

/**
 * The time left as a ring and seconds. The pages' script updates it; without the script the page shows the time of day at
 * the end. At the end, the page's live parts are fetched again.
 *
 * @param at the end, epoch milliseconds
 * @param totalMs the time that a full ring stands for
 */
export function ring(speech: Speech, at: number, totalMs: number): Html {
  const { clock } = speech.words;
  return html`<span class="ring" data-until="${at}" data-total="${totalMs}" data-left="${clock.seconds}">
    <svg viewBox="0 0 44 44" aria-hidden="true">
      <circle class="track" cx="22" cy="22" r="19" />
      <circle class="left" cx="22" cy="22" r="19" pathLength="100" stroke-dasharray="100" />
    </svg>
    <span class="seconds">${speech.say(clock.until, { time: speech.exactTime(at) })}</span>
  </span>`;
}

/** The time left in words, for the middle of a sentence: "in 12 s" with the script, "at 14:32:05" without. */
export function countdown(speech: Speech, at: number): Html {
  const { clock } = speech.words;
  return html`<time
    class="countdown"
    datetime="${new Date(at).toISOString()}"
    data-until="${at}"
    data-left="${clock.inSeconds}"
    data-over="${clock.now}"
    >${speech.say(clock.at, { time: speech.exactTime(at) })}</time
  >`;
}
