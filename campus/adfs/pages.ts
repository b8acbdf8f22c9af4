import { html, type Html } from '../pages/html.ts';
import type { Words } from '../pages/words/words.ts';

/** What the form shows. */
export interface FormDraft {
  csrf: string;
  action: string;
  /** Why the last attempt failed, or null. */
  problem: string | null;
  userName: string;
  /** What the button adds to a bare user ID. */
  domain: string;
}

/**
 * The sign-in form, with the IDs and names of ADFS. Its button is a span with a click handler (`adfs-form.js`). "Keep me
 * signed in" exists but is hidden, as at a campus that does not offer it.
 */
export function formPage(words: Words['adfs'], { csrf, action, problem, userName, domain }: FormDraft): Html {
  return html`<h1>${words.title}</h1>
    <p class="lead">${words.lead}</p>
    <noscript><p class="error">${words.needsScript}</p></noscript>
    <form
      method="post"
      id="loginForm"
      class="stack"
      autocomplete="off"
      novalidate
      action="${action}"
      data-domain="${domain}"
      data-no-user="${words.noUser}"
      data-no-password="${words.noPassword}"
    >
      <input type="hidden" name="csrf" value="${csrf}" />
      <div id="error" class="alert" ${problem === null && html`hidden`}>
        <span id="errorText" role="alert" aria-live="assertive">${problem}</span>
      </div>
      <div id="userNameArea" class="field">
        <label id="userNameInputLabel" for="userNameInput">${words.userName}</label>
        <input
          id="userNameInput"
          name="UserName"
          type="email"
          value="${userName}"
          placeholder="someone@${domain}"
          spellcheck="false"
          autocapitalize="none"
          autocomplete="off"
          ${userName === '' && html`autofocus`}
        />
      </div>
      <div id="passwordArea" class="field">
        <label id="passwordInputLabel" for="passwordInput">${words.password}</label>
        <input id="passwordInput" name="Password" type="password" autocomplete="off" ${userName !== '' && html`autofocus`} />
      </div>
      <div id="kmsiArea" hidden>
        <input type="checkbox" name="Kmsi" id="kmsiInput" value="true" />
        <label for="kmsiInput">${words.keepSignedIn}</label>
      </div>
      <div id="submissionArea">
        <span id="submitButton" class="submit" role="button" tabindex="0">${words.submit}</span>
      </div>
      <input id="optionForms" type="hidden" name="AuthMethod" value="FormsAuthentication" />
    </form>`;
}

/** The page that carries the response to the gateway. A script submits it at once. */
export function sendOnPage(words: Words['adfs'], to: { consumer: string; response: string; relayState: string }): Html {
  return html`<h1>${words.sendOn}</h1>
    <form method="post" name="hiddenform" class="stack" action="${to.consumer}">
      <input type="hidden" name="SAMLResponse" value="${to.response}" />
      <input type="hidden" name="RelayState" value="${to.relayState}" />
      <button type="submit">${words.continue}</button>
    </form>`;
}
