import { homedir } from 'node:os';
import path from 'node:path';
import { whenAborted } from '../../shared/abort.ts';
import { fail } from '../../shared/failure.ts';
import { isFoundBy, isSameName, nameKey } from '../../shared/names.ts';
import { plainPasscode, type Answer, type Prompt, type PromptField, type PromptOf, type PromptSelect } from '../../shared/prompt.ts';
import { commandLine } from '../../shared/messages/en/command-line.ts';
import type { Localizer } from '../../shared/messages/localizer.ts';
import type { Terminal } from './terminal.ts';

const { ask: messages } = commandLine;
/** What is typed where a number is asked for, and is longer than any number of a menu, is the passcode itself: digits, or what a key types. */
const looksLikePasscode = /^(\d[\d\s]{3,}|[A-Za-z0-9-]{8,})$/;

/** Who asks, in which words, for how long. */
export interface Questioning {
  terminal: Terminal;
  localizer: Localizer;
  /** The profile's own labels of the well-known fields. */
  labels: { userId: string; password: string };
  now: () => number;
  /** Aborts when the question is withdrawn or the attempt ends. */
  signal: AbortSignal;
  /** What is chosen already, by the name of its list. */
  chosen?: ReadonlyMap<string, string>;
}

/** Puts a gateway's question to the person at the terminal. Rejects with `cancelled`, or with `component-missing` where a terminal cannot ask it. */
export async function askInTerminal(prompt: Prompt, asking: Questioning): Promise<Answer> {
  const { terminal, localizer } = asking;
  if ('failure' in prompt && prompt.failure) {
    const { title, todo } = localizer.failure(prompt.failure);
    terminal.say(`${title}. ${todo}`);
  }
  if ('triesLeft' in prompt && prompt.triesLeft !== undefined)
    terminal.say(localizer.format(localizer.messages.credentials.triesLeft, { count: prompt.triesLeft }));
  switch (prompt.kind) {
    case 'notice':
      terminal.say(`${prompt.title ?? localizer.messages.notice.title}\n\n${prompt.text}\n`);
      return { kind: 'notice', proceed: await agrees(messages.proceed, [messages.yes, messages.proceedYes], asking) };
    case 'credentials':
      if (prompt.title !== undefined) terminal.say(prompt.title);
      if (prompt.message !== undefined) terminal.say(prompt.message);
      return { kind: 'credentials', values: await fill(prompt.fields, prompt.selects, asking) };
    case 'fields':
      if (prompt.title !== undefined) terminal.say(prompt.title);
      if (prompt.message !== undefined) terminal.say(prompt.message);
      return { kind: 'fields', values: await fill(prompt.fields, prompt.selects, asking) };
    case 'second-factor':
      return secondFactor(prompt, asking);
    case 'passcode':
      if (prompt.message !== undefined) terminal.say(prompt.message);
      if (prompt.startsWith !== undefined)
        terminal.say(localizer.format(localizer.messages.passcode.startsWith, { start: prompt.startsWith }));
      return { kind: 'passcode', passcode: plainPasscode(await typed(prompt.label ?? localizer.messages.passcode.label, true, asking)) };
    case 'push':
      return push(prompt, asking);
    case 'waiting':
      for (const line of linesWhile(prompt, localizer, asking.now())) terminal.say(line);
      return untilWithdrawn(asking.signal);
    case 'choice': {
      terminal.say(prompt.title ?? localizer.messages.choice[prompt.purpose]);
      const option = await pick(
        prompt.options.map(({ label, detail }) => (detail === undefined ? label : `${label} (${detail})`)),
        asking,
        prompt.options.findIndex(({ id }) => id === prompt.usual),
      );
      return { kind: 'choice', option: prompt.options[option]?.id ?? '' };
    }
    case 'certificate':
      return certificate(prompt, asking);
    case 'client-certificate':
      return clientCertificate(prompt, asking);
    case 'proxy':
      return {
        kind: 'proxy',
        user: await typed(localizer.format(messages.proxyUser, { host: prompt.host }), false, asking),
        password: await typed(messages.proxyPassword, true, asking),
      };
    case 'browser':
      // In our own window is not for a terminal: nobody is asked about it here
      if (prompt.where !== 'own') throw fail('component-missing', { component: messages.desktopApp });
      await terminal.line(localizer.format(messages.ownBrowser, { host: prompt.host }), { signal: asking.signal });
      return { kind: 'browser', where: 'own' };
  }
}

function typed(label: string, hidden: boolean, { terminal, signal }: Questioning): Promise<string> {
  return terminal.line(`${label}: `, { hidden, signal });
}

/** Only a whole word of these: a stray Enter agrees to nothing. */
async function agrees(question: string, whole: readonly string[], { terminal, signal }: Questioning): Promise<boolean> {
  return whole.includes((await terminal.line(question, { signal })).trim().toLowerCase());
}

/** The index of what was chosen from a numbered list, by its number or by a part of its name; an empty line takes the usual one, where there is one (not -1). */
async function pick(labels: readonly string[], asking: Questioning, usual: number): Promise<number> {
  const { terminal, localizer } = asking;
  const count = labels.length;
  show(
    labels.map((_, index) => index),
    labels,
    asking,
  );
  for (;;) {
    const label = count > manyOptions ? messages.numberOrName : messages.number;
    const line = await typed(usual < 0 ? label : `${label} [${usual + 1}]`, false, asking);
    const index = line.trim() === '' && usual >= 0 ? usual : numberIn(line, count);
    if (index !== null) return index;
    const found = nameKey(line) === '' ? [] : labels.flatMap((each, at) => (isFoundBy(each, line) ? [at] : []));
    const whole = found.filter((at) => isSameName(labels[at] ?? '', line));
    const [only] = whole.length === 1 ? whole : found;
    if (only !== undefined && (whole.length === 1 || found.length === 1)) {
      terminal.say(`  ${only + 1}. ${labels[only] ?? ''}`);
      return only;
    }
    if (found.length > 1) show(found, labels, asking);
    else terminal.say(localizer.format(nameKey(line) === '' || /^\s*\d+\s*$/.test(line) ? messages.pick : messages.noneCalled, { count }));
  }
}

/** More than a screen of a terminal holds is found by typing. */
const manyOptions = 20;

/** These of a list, each with its number in the whole of it. */
function show(indexes: readonly number[], labels: readonly string[], { terminal, localizer }: Questioning): void {
  for (const index of indexes.slice(0, manyOptions)) terminal.say(`  ${index + 1}. ${labels[index] ?? ''}`);
  if (indexes.length > manyOptions) terminal.say(localizer.format(messages.more, { count: indexes.length - manyOptions }));
}

function numberIn(text: string, count: number): number | null {
  const number = /^\s*\d{1,4}\s*$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= count ? number - 1 : null;
}

async function fill(
  fields: readonly PromptField[],
  selects: readonly PromptSelect[],
  asking: Questioning,
): Promise<Record<string, string>> {
  const { localizer, terminal, labels } = asking;
  const values: Record<string, string> = {};
  for (const select of selects) {
    const chosen = asking.chosen?.get(select.name);
    if (chosen !== undefined) {
      values[select.name] = chosen;
      continue;
    }
    terminal.say(select.label);
    values[select.name] =
      select.options[
        await pick(
          select.options.map(({ label }) => label),
          asking,
          select.options.findIndex(({ value }) => value === select.value),
        )
      ]?.value ?? '';
  }
  const known: Readonly<Record<string, string>> = { user: labels.userId, password: labels.password };
  for (const { name, label, secret, value } of fields) {
    const shown = label ?? known[name] ?? localizer.messages.fields.field;
    // What the gateway filled in is taken by an empty line, and shown only where it is no secret
    const line = await typed(secret || !value ? shown : `${shown} [${value}]`, secret, asking);
    values[name] = line === '' && value !== undefined ? value : line;
  }
  return values;
}

/** There is nothing to answer: it goes away by itself. */
function untilWithdrawn(signal: AbortSignal): Promise<never> {
  return whenAborted(signal).then(() => {
    throw fail('cancelled');
  });
}

/** Each way as what it is. A phone is reached by its own number only: typed here, by a person. */
async function secondFactor({ devices }: PromptOf<'second-factor'>, asking: Questioning): Promise<Answer> {
  const { terminal, localizer } = asking;
  const pushes = devices.flatMap(({ id, name, methods }) => {
    const method = methods.find((each) => each !== 'passcode');
    return method === undefined ? [] : [{ id, name, method }];
  });
  const { factor } = localizer.messages;
  const sayings = { push: factor.push, call: factor.call, text: factor.text, other: factor.other };
  const startsWith = devices.find((device) => device.startsWith !== undefined)?.startsWith;
  terminal.say(factor.title);
  pushes.forEach(({ name, method }, index) => terminal.say(`  ${index + 1}. ${sayings[method]}: ${name}`));
  const hint = startsWith === undefined ? '' : ` (${localizer.format(localizer.messages.passcode.startsWith, { start: startsWith })})`;
  terminal.say(`  ${pushes.length + 1}. ${factor.passcode}${hint}`);
  for (;;) {
    const line = (await typed(messages.number, false, asking)).trim();
    if (looksLikePasscode.test(line)) return { kind: 'second-factor-passcode', passcode: plainPasscode(line) };
    const index = numberIn(line, pushes.length + 1);
    const device = index === null ? undefined : pushes[index];
    if (device) return { kind: 'second-factor', method: device.method, device: device.id };
    if (index !== null) return { kind: 'second-factor-passcode' };
    terminal.say(localizer.format(messages.pick, { count: pushes.length + 1 }));
  }
}

async function push(prompt: PromptOf<'push'>, { terminal, localizer, signal, now }: Questioning): Promise<Answer> {
  for (const line of linesWhile(prompt, localizer, now())) terminal.say(line);
  await terminal.line(prompt.over ? messages.approveOver : messages.approve, { signal });
  return { kind: 'instead', method: prompt.over ? 'done' : 'passcode' };
}

/** What is said while a phone rings, or may ring, whoever watches. */
export function linesWhile(prompt: Prompt, localizer: Localizer, now: number): string[] {
  if (prompt.kind === 'waiting')
    return [localizer.format(messages.waiting, { count: Math.max(1, Math.ceil((prompt.until - now) / 1000)) })];
  if (prompt.kind !== 'push') return [];
  const { device, number, call, message } = prompt;
  const { push: say } = localizer.messages;
  return [
    localizer.format(call ? say.callLead : say.lead, { device: device || say.yourPhone }),
    ...(message === undefined ? [] : [message]),
    ...(number === undefined ? [] : [localizer.format(messages.pushNumber, { number })]),
  ];
}

/** An empty line leaves the file that was named before. */
async function clientCertificate({ file, wantsPassphrase }: PromptOf<'client-certificate'>, asking: Questioning): Promise<Answer> {
  const label = file === undefined ? messages.certificateFile : `${messages.certificateFile} [${file}]`;
  const named = (await typed(label, false, asking)).trim();
  const passphrase = wantsPassphrase ? await typed(messages.passphrase, true, asking) : undefined;
  return {
    kind: 'client-certificate',
    ...(named === '' ? {} : { file: path.resolve(named.replace(/^~(?=[/\\])/, homedir())) }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

async function certificate(prompt: PromptOf<'certificate'>, asking: Questioning): Promise<Answer> {
  const { terminal, localizer } = asking;
  const { certificate: text } = localizer.messages;
  const lines = [
    text.title,
    localizer.format(text.lead, { host: prompt.host }),
    `${text.subject}: ${prompt.subject}`,
    `${text.issuer}: ${prompt.issuer}`,
    `${text.valid}: ${localizer.instant(prompt.validUntil)}`,
    `${text.fingerprint}: ${prompt.sha256}`,
    text.compare,
  ];
  terminal.say(lines.join('\n'));
  return { kind: 'certificate', accept: await agrees(messages.certificate, [messages.yes], asking) };
}
