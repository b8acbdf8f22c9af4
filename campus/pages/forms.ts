import * as z from 'zod';
import { html, type Html } from './html.ts';
import { icons } from './icons.ts';
import type { Speech } from './speech.ts';

/** A form that posts back with its session's token. Without an address it posts to its own page. */
export function form(csrf: string, body: Html, options: { action?: string; upload?: boolean; quiet?: boolean } = {}): Html {
  return html`<form
    method="post"
    class="${options.quiet ? 'quiet' : 'stack'}"
    ${options.action && html`action="${options.action}"`}
    ${options.upload && html`enctype="multipart/form-data"`}
  >
    <input type="hidden" name="csrf" value="${csrf}" />
    ${body}
  </form>`;
}

/** One input with its label. */
export interface Field {
  name: string;
  label: string;
  type?: 'text' | 'password' | 'date' | 'file';
  hint?: string | Html;
  value?: string;
  autocomplete?: string;
  inputmode?: 'numeric' | 'text';
  maxlength?: number;
  required?: boolean;
  autofocus?: boolean;
  accept?: string;
}

export function field(of: Field): Html {
  const hintId = `${of.name}-hint`;
  return html`<div class="field">
    <label for="${of.name}">${of.label}</label>
    ${of.hint && html`<p class="hint" id="${hintId}">${of.hint}</p>`}
    <input
      id="${of.name}"
      name="${of.name}"
      type="${of.type ?? 'text'}"
      value="${of.value ?? ''}"
      autocomplete="${of.autocomplete ?? 'off'}"
      autocapitalize="none"
      spellcheck="false"
      ${of.hint && html`aria-describedby="${hintId}"`}
      ${of.inputmode && html`inputmode="${of.inputmode}"`}
      ${of.maxlength && html`maxlength="${of.maxlength}"`}
      ${of.accept && html`accept="${of.accept}"`}
      ${of.required !== false && html`required`}
      ${of.autofocus && html`autofocus`}
    />
  </div>`;
}

/** A submit button. Its name, if any, says which of the form's buttons was pressed. */
export function button(label: string | Html, options: { name?: string; value?: string; tone?: 'main' | 'plain' | 'danger' } = {}): Html {
  return html`<button
    type="submit"
    class="${options.tone ?? 'main'}"
    ${options.name && html`name="${options.name}" value="${options.value ?? ''}"`}
  >
    ${label}
  </button>`;
}

/** A button that copies the text of another element. It appears only if the pages' script runs, and what was copied is read aloud. */
export function copyButton({ words: { copy } }: Speech, sourceId: string): Html {
  return html`<span class="copy" data-copy="${sourceId}" data-copied="${copy.copied}" hidden>
    <button type="button" class="plain">${icons.copy} ${copy.copy}</button>
    <span role="status"></span>
  </span>`;
}

/** A passcode as people type it: digits, with any spaces or dashes. Empty if none was typed. */
export const typedPasscode = z.string().max(64);
/** A user ID as people type it. */
export const typedUserId = z.string().trim().min(1).max(200);
export const typedPassword = z.string().max(1024);
/** A device's name: one line, 60 characters. */
export const typedName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^\P{Cc}+$/u);
