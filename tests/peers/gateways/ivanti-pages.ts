import { escapeHtml } from './html.ts';

/** The pages of an Ivanti gateway's web sign-in, with the real names of forms and fields. */
export const folder = '/dana-na/auth/url_default/';

/** A session on another computer, as the confirmation page lists it. */
export interface OtherSession {
  /** The value for `postfixSID`. */
  id: string;
  label: string;
}

const page = (title: string, body: string): string =>
  `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;

const hidden = (name: string, value: string): string => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
const failed = (again: boolean): string => (again ? '<p id="error">Invalid username or password. Please re-enter.</p>' : '');

/** The terms before sign-in. */
export const noticePage = (text: string): string =>
  page(
    'Pre Sign-In Notification',
    `<form name="frmLogin" action="${folder}login.cgi" method="POST">
      <textarea name="sn-preauth-text" readonly rows="4" cols="60">${escapeHtml(text)}</textarea>
      <input type="submit" name="sn-preauth-proceed" value="Proceed"></form>`,
  );

/** Loads the vendor's program, which other browsers have. If the check is optional, people may continue without it. */
export const hostCheckPage = (mayGoOn: boolean): string =>
  page('Loading Components', `<p>Please wait…</p>${mayGoOn ? `<a href="${folder}welcome.cgi?p=sign-in">Continue</a>` : ''}`);

/** A page of the gateway's own on the way, named by `p` in its address. People go on from it. */
export const wayPage = (name: string): string => page(`Gateway page ${name}`, `<a href="${folder}welcome.cgi?p=sign-in">Continue</a>`);

export interface SignInPage {
  /** The field that the text calls wrong. */
  again: boolean;
  realms: readonly string[];
  secondPassword: boolean;
}

export const signInPage = ({ again, realms, secondPassword }: SignInPage): string =>
  page(
    'Welcome to Campus Secure Access',
    `${failed(again)}<form name="frmLogin" action="login.cgi" method="POST">
      ${hidden('tz_offset', '')}
      <label>Username <input type="text" name="username"></label>
      <label>Password <input type="password" name="password"></label>
      ${secondPassword ? '<label>Secondary password <input type="password" name="password#2"></label>' : ''}
      ${
        realms.length > 1
          ? `<label>Realm <select name="realm">${realms.map((realm) => `<option value="${escapeHtml(realm)}">${escapeHtml(realm)}</option>`).join('')}</select></label>`
          : hidden('realm', realms[0] ?? 'Users')
      }
      <input type="submit" name="btnSubmit" value="Sign In"></form>`,
  );

/** Asks for a code: a RADIUS challenge (`frmDefender`), or the gateway's own one-time codes (`frmTotpToken`). */
export const tokenPage = (kind: 'defender' | 'totp', key: string, again: boolean): string =>
  kind === 'defender'
    ? page(
        'Challenge / Response',
        `${failed(again)}<p>Enter the code from your phone.</p><form name="frmDefender" action="login.cgi" method="POST">
          ${hidden('key', key)}<label>Response <input type="password" name="password"></label>
          <input type="submit" name="btnAction" value="Sign In"></form>`,
      )
    : page(
        'Token',
        `${failed(again)}<form name="frmTotpToken" action="login.cgi" method="POST">
          ${hidden('key', key)}<label>Token <input type="text" name="totpToken"></label>
          <input type="submit" name="totpactionEnter" value="Sign In"></form>`,
      );

export const rolesPage = (roles: readonly string[], key: string): string =>
  page(
    'Select a role',
    `<form name="frmSelectRoles" action="login.cgi" method="POST">${hidden('key', key)}
      <table id="TABLE_SelectRole_1">${roles
        .map(
          (role) =>
            `<tr><td><a href="login.cgi?role=${encodeURIComponent(role)}&amp;key=${encodeURIComponent(key)}">${escapeHtml(role)}</a></td></tr>`,
        )
        .join('')}</table></form>`,
  );

export const sessionsPage = (sessions: readonly OtherSession[], key: string): string =>
  page(
    'There are already other user sessions in progress',
    `<form name="frmConfirmation" id="DSIDConfirmForm" action="login.cgi" method="POST">
      ${hidden('FormDataStr', key)}
      <table>${sessions
        .map(
          ({ id, label }) =>
            `<tr><td><label><input type="checkbox" name="postfixSID" value="${escapeHtml(id)}">${escapeHtml(label)}</label></td></tr>`,
        )
        .join('')}</table>
      <input type="submit" name="btnContinue" value="Continue the session">
      <input type="submit" name="btnCancel" value="Cancel"></form>`,
  );

/** Sends the browser on to the campus's identity provider. */
export const samlRequestPage = (provider: string): string =>
  page(
    'Redirecting',
    `<form name="formSAMLSSO" id="formSAMLSSO" action="${escapeHtml(provider)}" method="POST">
      ${hidden('SAMLRequest', 'PHNhbWxwOkF1dGhuUmVxdWVzdC8+')}${hidden('RelayState', 'rs-1')}</form>
      <script>document.getElementById('formSAMLSSO').submit()</script>`,
  );

/** The identity provider's own page, on its own host. */
/** @param foreign hosts from which it loads a script, an image, a frame, in turn */
export const providerPage = (again: boolean, foreign: readonly string[] = []): string =>
  page(
    'Campus identity provider',
    `${failed(again)}<form id="idp" action="/idp/sign-in" method="POST">
      <label>User <input type="text" name="user"></label><label>Pass phrase <input type="password" name="passphrase"></label>
      <input type="submit" value="Continue"></form><a id="away" href="https://elsewhere.test/help">Help</a>${foreign.map(loaded).join('')}`,
  );

const loaded = (host: string, at: number): string => {
  const from = `https://${escapeHtml(host)}/`;
  return (
    [`<script src="${from}duo.js"></script>`, `<img alt="" src="${from}logo.png">`, `<iframe src="${from}prompt"></iframe>`][at % 3] ?? ''
  );
};

/** The provider's assertion, which the browser posts to the gateway. */
export const samlResponsePage = (gateway: string, assertion: string): string =>
  page(
    'One moment',
    `<form name="hiddenform" id="hiddenform" action="${escapeHtml(gateway)}" method="POST">${hidden('SAMLResponse', assertion)}</form>
      <script>document.getElementById('hiddenform').submit()</script>`,
  );

export const homePage = (user: string): string => page('Secure Access home', `<p id="welcome">Welcome, ${escapeHtml(user)}.</p>`);
export const goodbyePage = (): string => page('Your session has ended', '<p id="ended">Your session has ended.</p>');
