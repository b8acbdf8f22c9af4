import type { SessionInfo } from '../gateway/sessions.ts';
import { html, type Html } from '../pages/html.ts';
import { alertBox } from '../pages/layout.ts';
import type { Speech } from '../pages/speech.ts';
import type { Words } from '../pages/words/words.ts';

type GatewayWords = Words['gateway'];

/** The paths of the gateway's sign-in pages and of its other pages, named as at an Ivanti gateway. */
const signInFolder = '/dana-na/auth/url_default/';
export const gatewayPaths = {
  welcome: `${signInFolder}welcome.cgi`,
  login: `${signInFolder}login.cgi`,
  consumer: '/dana-na/auth/saml-consumer.cgi',
  logout: '/dana-na/auth/logout.cgi',
  home: '/dana/home/index.cgi',
} as const;

/** The terms, which the person accepts before the session starts. */
export function noticeBody(words: GatewayWords, csrf: string, text: string): Html {
  return html`<h1>${words.notice}</h1>
    <form name="frmLogin" method="post" class="stack" action="${gatewayPaths.login}">
      <input type="hidden" name="csrf" value="${csrf}" />
      <div id="sn-preauth-text" class="terms" tabindex="0">${text}</div>
      <div class="actions">
        <button type="submit" id="sn-preauth-proceed" name="sn-preauth-proceed" value="Proceed">${words.proceed}</button>
        <button type="submit" id="sn-preauth-decline" name="sn-preauth-decline" value="Decline" class="plain">${words.decline}</button>
      </div>
    </form>`;
}

/** The person's other sessions. When they have as many as are allowed, one of them must end. */
export function sessionsBody(speech: Speech, csrf: string, others: readonly SessionInfo[], full: boolean): Html {
  const words = speech.words.gateway;
  const choices = others.map(({ id, client, startedAt }, at) =>
    choice(id, speech.say(words.since, { client, time: speech.time(startedAt) }), full && at === 0),
  );
  return html`<h1>${words.sessions}</h1>
    <p>${full ? words.sessionsFull : words.sessionsText}</p>
    <form name="frmConfirmation" id="DSIDConfirmForm" method="post" class="stack" action="${gatewayPaths.login}">
      <input type="hidden" name="csrf" value="${csrf}" />
      <fieldset class="choices">${!full && choice('', words.keep, true)} ${choices}</fieldset>
      <div class="actions">
        <button type="submit" id="btnContinue" name="btnContinue" value="Continue the session">${words.continue}</button>
        <button type="submit" id="btnCancel" name="btnCancel" value="Cancel" class="plain">${words.cancel}</button>
      </div>
    </form>`;
}

const choice = (id: string, label: string, checked: boolean): Html =>
  html`<label class="choice"><input type="radio" name="postfixSID" value="${id}" ${checked && html`checked`} />${label}</label>`;

export function homeBody(words: GatewayWords, title: string, portalAddress: string): Html {
  return html`<h1>${title}</h1>
    <p>${words.homeText}</p>
    <p><a href="${portalAddress}">${new URL(portalAddress).host}</a></p>
    <p><a class="button plain" href="${gatewayPaths.logout}">${words.signOut}</a></p>`;
}

export function outBody(words: GatewayWords): Html {
  return html`<h1>${words.out}</h1>
    <p>${words.outText}</p>
    <p><a class="button" href="/">${words.signIn}</a></p>`;
}

export function failedBody(words: GatewayWords): Html {
  return html`<h1>${words.failed}</h1>
    ${alertBox(html`<p>${words.failedText}</p>`)}
    <p><a class="button" href="/">${words.signIn}</a></p>`;
}
