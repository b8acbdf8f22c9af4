import { escapeHtml } from './html.ts';

/** AD FS's sign-in page with the ids and the manner of the real one: a span as button, whose handler adds the domain. */
export interface AdfsPage {
  /** What `#errorText` says. */
  error?: string;
  /** The form's `action`; its own page if nothing is said. */
  action?: string;
  method?: 'get' | 'post';
  /** A script adds the form this long after the page has loaded. */
  lateMs?: number;
  /** The form has a field for the new password too. */
  newPassword?: boolean;
  /** Nobody sees the form. */
  hidden?: boolean;
  /** The page never finishes loading. */
  endless?: boolean;
  /** The page is of a later version, with other ids. */
  changed?: boolean;
  /** Markup in front of the form. */
  before?: string;
  /** The page's script clears the password when it is filled in. */
  refusesInput?: boolean;
  /** The page shows this error by script when the button is clicked, and sends nothing. */
  scriptError?: string;
}

export const adfsDomain = '@campus.test';

export function adfsPage(page: AdfsPage = {}): string {
  const { error = '', action = '', method = 'post', lateMs, before = '' } = page;
  const id = (name: string): string => (page.changed === true ? `new${name}` : name);
  const form = `<form method="${method}" id="${id('loginForm')}" autocomplete="off" novalidate action="${escapeHtml(action)}"${page.hidden === true ? ' style="display:none"' : ''}>
      <div id="error"><span id="errorText">${escapeHtml(error)}</span></div>
      <input id="${id('userNameInput')}" name="UserName" type="email" value="" autocomplete="off">
      <input id="${id('passwordInput')}" name="Password" type="password" autocomplete="off">
      ${page.newPassword === true ? '<input name="NewPassword" type="password">' : ''}
      <div id="kmsiArea" style="display:none"><input type="checkbox" name="Kmsi" id="kmsiInput" value="true"></div>
      <span id="${id('submitButton')}" tabindex="0" role="button">Sign in</span>
      <input type="hidden" name="AuthMethod" value="FormsAuthentication"></form>`;
  const script = `
    const at = (name) => document.getElementById(name);
    const listen = () => {
      ${page.refusesInput === true ? `at('passwordInput').addEventListener('input', () => at('passwordInput').value = '');` : ''}
      at('${id('submitButton')}').addEventListener('click', () => {
        window.clicks = (window.clicks ?? 0) + 1;
        ${page.scriptError === undefined ? '' : `at('errorText').textContent = ${JSON.stringify(page.scriptError)}; return;`}
        const user = at('${id('userNameInput')}');
        if (!/[@\\\\]/.test(user.value)) user.value += '${adfsDomain}';
        at('${id('loginForm')}').submit();
      });
    };
    ${lateMs === undefined ? 'listen();' : `setTimeout(() => { document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(form)}); listen(); }, ${lateMs});`}`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sign In</title></head>
    <body><h1>Campus AD FS</h1>${before}${lateMs === undefined ? form : ''}
    ${page.endless === true ? '<img alt="" src="/adfs/endless.png">' : ''}<script>${script}</script></body></html>`;
}

export const framePage = (address: string): string =>
  `<!DOCTYPE html><html lang="en"><head><title>Frame</title></head><body><h1>Campus frame</h1><iframe src="${escapeHtml(address)}" width="600" height="400"></iframe></body></html>`;

/** A second factor's page, with fields that a careless filler would take for a sign-in form's. */
export const factorPage = (back: string): string =>
  `<!DOCTYPE html><html lang="en"><head><title>Factor</title></head><body><h1>Check for a push</h1>
    <form id="loginForm" method="post" action="${escapeHtml(back)}"><span id="errorText"></span>
    <input id="userNameInput" name="UserName" type="text"><input id="passwordInput" name="Password" type="password">
    <button id="submitButton">Approve</button></form></body></html>`;
