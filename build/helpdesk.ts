import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as prettier from 'prettier';
import { failureCodes, type FailureCode } from '../shared/failure-catalogue.ts';
import { failures as english } from '../shared/messages/en/failures.ts';
import { helpDeskAdvice } from '../shared/messages/en/help-desk.ts';
import { failures as portuguese } from '../shared/messages/pt/failures.ts';
import { failures as chinese } from '../shared/messages/zh-Hant/failures.ts';
import { steps, type Step } from '../shared/step.ts';

/**
 * `npm run helpdesk` writes docs/helpdesk.md from the catalogues: for each failure what a person sees in each language, what
 * to ask and what to do. With `--check` it says whether the page is as it should be.
 */
const root = path.join(import.meta.dirname, '..');
export const helpDeskPage = 'docs/helpdesk.md';

const catalogues = [
  { name: 'English', failures: english },
  { name: 'Português', failures: portuguese },
  { name: '繁體中文', failures: chinese },
];

/** What each step is, for somebody who does not see the person's screen. */
const stepText: Readonly<Record<Step, string>> = {
  'idle': 'Nothing was going on',
  'checking': 'Finding out whether the computer is on campus',
  'on-campus': 'On campus, no VPN',
  'contacting': 'Waiting for the gateway',
  'opening': 'Signed in, the tunnel was opening',
  'connected': 'Connected',
  'reconnecting': 'The link broke, reconnecting',
  'closing': 'Disconnecting',
  'recovery': 'I lost my phone: the recovery screens',
  'asking-notice': 'The gateway’s notice',
  'asking-credentials': 'User ID and password',
  'asking-second-factor': 'Choosing a push or a passcode',
  'asking-passcode': 'Typing a passcode',
  'asking-push': 'A push was out',
  'asking-waiting': 'Waiting for the campus, maybe for the phone',
  'asking-choice': 'Choosing a group, realm or role',
  'asking-fields': 'Another form of the gateway',
  'asking-certificate': 'A certificate that nobody vouches for',
  'asking-browser': 'The campus’s own sign-in page',
  'asking-client-certificate': 'The person’s certificate',
  'asking-proxy': 'Signing in to the network’s proxy',
};

/** The whole page. */
export async function helpDeskDocument(): Promise<string> {
  const entry = (code: FailureCode): string => {
    const { ask, act } = helpDeskAdvice[code];
    const seen = catalogues.map(({ name, failures }) => {
      const { title, happened, todo } = failures[code];
      return `- ${name}: **${title}** ${happened} ${todo}`;
    });
    return [`### ${code}`, '', ...seen.map((line) => line.replaceAll('\n', ' ')), '', `Ask: ${ask}`, '', `Do: ${act}`].join('\n');
  };
  const text = [
    '# For the help desk',
    '',
    'This page is generated (`npm run helpdesk`). It says for each failure of Causeway what the person sees, what to ask and what to do. Names in braces, such as `{gateway}`, are filled in on the screen.',
    '',
    '## The code that people read to you',
    '',
    'Under a failure and in a report there is a code: three groups of four symbols from `2 3 4 5 6 7 8 9 C F G H J M P Q R V W X`. No other digit or letter is in it. Small letters and blanks do not matter. `causeway explain CODE` says which failure it is, at which step, in which version, on which system. If a symbol was misheard, it says so. Beside the code there is the name of the failure, which you can look up below.',
    '',
    '| Step | The person was at |',
    '| --- | --- |',
    ...steps.map((step) => `| \`${step}\` | ${stepText[step]} |`),
    '',
    '## A report',
    '',
    'If a code is not enough, ask for a report: **Report a problem** under the failure, in Settings or in the menu Help; in a terminal `causeway report --save FILE`. The person sees it line by line and sends it to you. Names, addresses and secrets are replaced ([security.md](security.md#what-is-taken-out-of-logs-and-reports)): `person-1` is always the same person, `address-1` the same address. **Check my connection** shows its findings to the person.',
    '',
    'Never ask for a password or a passcode.',
    '',
    '## Failures',
    '',
    ...failureCodes.map((code) => `${entry(code)}\n`),
  ].join('\n');
  const file = path.join(root, helpDeskPage);
  return prettier.format(text, { ...(await prettier.resolveConfig(file)), filepath: file });
}

/** Whether the page is as the catalogues make it. */
export async function isHelpDeskCurrent(): Promise<boolean> {
  const file = path.join(root, helpDeskPage);
  return existsSync(file) && readFileSync(file, 'utf8').replaceAll('\r\n', '\n') === (await helpDeskDocument());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (!process.argv.includes('--check')) {
    writeFileSync(path.join(root, helpDeskPage), await helpDeskDocument());
    console.log(`wrote ${helpDeskPage}`);
  } else if (!(await isHelpDeskCurrent())) {
    console.error(`${helpDeskPage} is not as the catalogues make it: run npm run helpdesk`);
    process.exitCode = 1;
  }
}
