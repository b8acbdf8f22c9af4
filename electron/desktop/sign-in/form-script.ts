import * as z from 'zod/mini';
import type { SignInForm } from '../../../shared/profile.ts';

/** CSS selectors of a sign-in form. */
export interface FormSelectors {
  readonly user: string;
  readonly password: string;
  readonly submit: string;
  readonly error: string;
}

/**
 * AD FS has used these ids since Windows Server 2012 R2. `#submitButton` is a span whose click handler adds a domain to a
 * bare user ID, so the form must not be submitted in another way.
 */
const adfs: FormSelectors = {
  user: '#loginForm #userNameInput',
  password: '#loginForm #passwordInput',
  submit: '#submitButton',
  error: '#errorText',
};

export const selectorsOf = (form: SignInForm): FormSelectors => (form === 'adfs' ? adfs : form);

/** What a script has to do on its page. */
export interface FormTask {
  readonly selectors: FormSelectors;
  /** The origin of the intended page. The script does nothing on any other. */
  readonly origin: string;
  /** Origins to which the form may send its values. */
  readonly origins: readonly string[];
  /** How long to wait for the form, or for its error. */
  readonly waitMs: number;
  /** `look` waits until the form can be filled in, `watch` until it shows an error, `fill` fills it in and clicks its button. */
  readonly does: 'look' | 'watch' | 'fill';
  /** For `fill` only. */
  readonly values?: { readonly user: string; readonly password: string };
}

/**
 * What the script found: a form that is `ready` to be filled in, one that is now `filled`, or an `error` in the form's own
 * words. Every other state is a reason to leave the form to the person.
 */
const foundSchema = z.object({
  state: z.enum([
    'ready',
    'filled',
    'error',
    'absent', // no such form, or it cannot be seen
    'elsewhere', // not the intended page, or a frame
    'typed', // the person has begun to type
    'action', // it sends its values to another host
    'method', // it would send the password in an address
    'passwords', // it has more than one field for a password
    'changed', // the page changed it while it was filled in
    'selector', // a selector of the profile is not valid CSS
    'failed',
  ]),
  message: z.optional(z.string().check(z.maxLength(2_000))),
});
export type Found = z.infer<typeof foundSchema>;

/** Parses what a script returned. Null if our script cannot have returned it. */
export const foundBy = (value: unknown): Found | null => foundSchema.safeParse(value).data ?? null;

/**
 * The script of a task, for an isolated world of the main frame. The task is inserted as JSON. All JSON is valid JavaScript
 * with the same value, including U+2028 and U+2029 (since ECMAScript 2019).
 */
export const formScript = (task: FormTask): string => `(${script})(${JSON.stringify(task)})`;

/**
 * A named element (`<input name="action">`) hides the member of that name of its `form` or `document`, in an isolated world
 * too. So the script calls members of these two through their prototypes.
 */
const script = String.raw`async (task) => {
  'use strict';
  const { selectors, origin, origins, does, values } = task;
  const all = (selector) => [...Document.prototype.querySelectorAll.call(document, selector)];
  const attribute = (element, name) => Element.prototype.getAttribute.call(element, name);
  const baseAddress = () => Object.getOwnPropertyDescriptor(Node.prototype, 'baseURI').get.call(document);
  const isVisible = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getBoundingClientRect().width > 0 && element.getBoundingClientRect().height > 0;
  const canType = (field) => isVisible(field) && !field.matches(':disabled') && !field.readOnly;

  const errorText = (visibleOnly) =>
    all(selectors.error).filter((element) => !visibleOnly || isVisible(element)).map((element) => String(element.textContent).trim()).find((text) => text !== '');

  /** An empty action means the page's own address, not its base address. */
  const isAllowedTarget = (address) =>
    address === null || address.trim() === '' || (URL.canParse(address, baseAddress()) && origins.includes(new URL(address, baseAddress()).origin));

  const read = (isFilled) => {
    if (window.top !== window || location.protocol !== 'https:' || location.origin !== origin) return { state: 'elsewhere' };
    if (!origins.includes(origin)) return { state: 'elsewhere' };
    const [users, passwords, buttons] = [selectors.user, selectors.password, selectors.submit].map(all);
    const [user, password, button] = [users[0], passwords[0], buttons[0]];
    if (!(user instanceof HTMLInputElement) || !(password instanceof HTMLInputElement) || !(button instanceof HTMLElement)) return { state: 'absent' };
    if (password.type !== 'password' || !['text', 'email', 'tel', 'search', 'url'].includes(user.type)) return { state: 'absent' };
    if (!canType(user) || !canType(password) || !isVisible(button)) return { state: 'absent' };
    const message = errorText(isFilled || does === 'watch');
    if (message !== undefined) return { state: 'error', message: message.slice(0, 2000) };
    const form = password.form;
    if (form === null || user.form !== form || users.length + passwords.length + buttons.length !== 3) return { state: 'absent' };
    if (all('input[type="password" i]').filter(isVisible).length !== 1) return { state: 'passwords' };
    if (!isAllowedTarget(attribute(form, 'action')) || !isAllowedTarget(attribute(button, 'formaction'))) return { state: 'action' };
    const method = (attribute(button, 'formmethod') ?? attribute(form, 'method') ?? 'get').trim().toLowerCase();
    if (method !== 'post' && attribute(password, 'name')) return { state: 'method' };
    if (!isFilled && password.value !== '') return { state: 'typed' };
    return { state: 'ready', user, password, button };
  };
  const result = ({ state, message }) => (message === undefined ? { state } : { state, message });

  /** Reads the form at each change of the page, until it is as wanted or time is up. */
  const until = (isWanted, waitMs, isFilled = false) =>
    new Promise((resolve) => {
      let last = { state: 'absent' };
      const end = () => {
        observer.disconnect();
        clearInterval(poll);
        clearTimeout(timer);
        resolve(last);
      };
      const check = () => {
        try {
          last = read(isFilled);
        } catch (error) {
          last = { state: error instanceof DOMException && error.name === 'SyntaxError' ? 'selector' : 'failed' };
        }
        if (isWanted(last.state) || last.state === 'selector' || last.state === 'elsewhere') end();
      };
      const observer = new MutationObserver(check);
      // A style sheet that loads late can show or hide a field, and no observer notices
      const poll = setInterval(check, 200);
      const timer = setTimeout(end, waitMs);
      observer.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
      check();
    });

  const put = (field, value) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, value);
    field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true, inputType: 'insertText' }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  };

  try {
    if (does === 'watch') return result(await until((state) => state === 'error', task.waitMs));
    if (does === 'look') return result(await until((state) => state === 'ready' || state === 'error' || state === 'typed', task.waitMs));
    const form = read(false);
    if (form.state !== 'ready') return result(form);
    put(form.user, values.user);
    put(form.password, values.password);
    const isSame = (now) => now.state === 'ready' && now.user === form.user && now.password === form.password && now.button === form.button;
    // Many pages enable their button only after a moment
    if (form.button.matches(':disabled')) await until((state) => state !== 'ready' || !form.button.matches(':disabled'), 2000, true);
    const now = read(true);
    if (!isSame(now) || form.password.value !== values.password || form.button.matches(':disabled')) {
      put(form.password, '');
      return { state: 'changed' };
    }
    HTMLElement.prototype.click.call(form.button);
    return { state: 'filled' };
  } catch (error) {
    return { state: error instanceof DOMException && error.name === 'SyntaxError' ? 'selector' : 'failed' };
  }
}`;
