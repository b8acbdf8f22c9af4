import { homedir } from 'node:os';
import path from 'node:path';
import { whenAborted } from '../../shared/abort.ts';
import { fail } from '../../shared/failure.ts';
import { isFoundBy, isSameName, nameKey } from '../../shared/names.ts';
import { plainPasscode, type Answer, type Prompt, type PromptField, type PromptOf, type PromptSelect } from '../../shared/prompt.ts';
import type { Terminal } from './terminal.ts';
import type { TerminalLocalizer } from './terminal-localizer.ts';

/** If a person types this where a menu asks for a number, it is the passcode itself: longer than any menu number, in digits or as a hardware key types it. */
const looksLikePasscode = /^(\d[\d\s]{3,}|[A-Za-z0-9-]{8,})$/;

/** What is needed to ask a question. */
export interface QuestionContext {
  terminal: Terminal;
  localizer: TerminalLocalizer;
  /** The profile's own labels of the well-known fields. */
  labels: { userId: string; password: string };
  now: () => number;
  /** Aborts when the question is withdrawn or the attempt ends. */
  signal: AbortSignal;
  /** Whether the app holds a recovery passcode, because the person lost their phone. */
  held: boolean;
  /** Values that are already chosen, by the name of their list. */
  chosen?: ReadonlyMap<string, string>;
}

/** The person chose the recovery passcode that the app holds. */
export interface HeldAnswer {
  kind: 'held-passcode';
}

/** Asks the person at the terminal a gateway's question. Rejects with `cancelled`, or with `app-needed` if a terminal cannot ask it. */
export async function askInTerminal(prompt: Prompt, context: QuestionContext): Promise<Answer | HeldAnswer> {
  const { terminal, localizer } = context;
  const { ask } = localizer.commandLine;
  if ('failure' in prompt && prompt.failure) {
    const { title, todo } = localizer.failure(prompt.failure);
    terminal.say(localizer.format(localizer.commandLine.again, { title, todo }));
  }
  if ('triesLeft' in prompt && prompt.triesLeft !== undefined)
    terminal.say(localizer.format(localizer.messages.credentials.triesLeft, { count: prompt.triesLeft }));
  switch (prompt.kind) {
    case 'notice':
      terminal.say(`${prompt.title ?? localizer.messages.notice.title}\n\n${prompt.text}\n`);
      return { kind: 'notice', proceed: await agrees(ask.proceed, [ask.yes, ask.proceedYes], context) };
    case 'credentials':
      if (prompt.title !== undefined) terminal.say(prompt.title);
      if (prompt.message !== undefined) terminal.say(prompt.message);
      return { kind: 'credentials', values: await askFields(prompt.fields, prompt.selects, context) };
    case 'fields':
      if (prompt.title !== undefined) terminal.say(prompt.title);
      if (prompt.message !== undefined) terminal.say(prompt.message);
      return { kind: 'fields', values: await askFields(prompt.fields, prompt.selects, context) };
    case 'second-factor':
      return secondFactor(prompt, context);
    case 'passcode':
      if (prompt.message !== undefined) terminal.say(prompt.message);
      if (prompt.startsWith !== undefined)
        terminal.say(localizer.format(localizer.messages.passcode.startsWith, { start: prompt.startsWith }));
      return { kind: 'passcode', passcode: plainPasscode(await askLine(prompt.label ?? localizer.messages.passcode.label, true, context)) };
    case 'push':
      return push(prompt, context);
    case 'waiting':
      for (const line of waitingLines(prompt, localizer, context.now())) terminal.say(line);
      return untilWithdrawn(context.signal);
    case 'choice': {
      terminal.say(prompt.title ?? localizer.messages.choice[prompt.purpose]);
      const option = await pick(
        prompt.options.map(({ label, detail }) => (detail === undefined ? label : `${label} (${detail})`)),
        context,
        prompt.options.findIndex(({ id }) => id === prompt.usual),
      );
      return { kind: 'choice', option: prompt.options[option]?.id ?? '' };
    }
    case 'certificate':
      return certificate(prompt, context);
    case 'client-certificate':
      return clientCertificate(prompt, context);
    case 'proxy':
      return {
        kind: 'proxy',
        user: await askLine(localizer.format(ask.proxyUser, { host: prompt.host }), false, context),
        password: await askLine(ask.proxyPassword, true, context),
      };
    case 'browser':
      // A page for our own window cannot be shown in a terminal
      if (prompt.where !== 'own') throw fail('app-needed');
      await terminal.line(localizer.format(ask.ownBrowser, { host: prompt.host }), { signal: context.signal });
      return { kind: 'browser', where: 'own' };
  }
}

function askLine(label: string, hidden: boolean, { terminal, signal }: QuestionContext): Promise<string> {
  return terminal.line(`${label}: `, { hidden, signal });
}

/** Whether the person typed one of the accepted words in full, or `yes` as in an English guide: a stray Enter agrees to nothing. */
async function agrees(question: string, accepted: readonly string[], { terminal, signal }: QuestionContext): Promise<boolean> {
  return [...accepted, 'yes'].includes((await terminal.line(question, { signal })).trim().toLowerCase());
}

/** Asks for a choice from a numbered list, by number or by part of a name, and returns its index. An empty line takes `usual`, unless that is -1. */
async function pick(labels: readonly string[], context: QuestionContext, usual: number): Promise<number> {
  const { terminal, localizer } = context;
  const { ask } = localizer.commandLine;
  const count = labels.length;
  show(
    labels.map((_, index) => index),
    labels,
    context,
  );
  for (;;) {
    const label = count > manyOptions ? ask.numberOrName : ask.number;
    const line = await askLine(usual < 0 ? label : `${label} [${usual + 1}]`, false, context);
    const index = line.trim() === '' && usual >= 0 ? usual : numberIn(line, count);
    if (index !== null) return index;
    const found = nameKey(line) === '' ? [] : labels.flatMap((each, at) => (isFoundBy(each, line) ? [at] : []));
    const whole = found.filter((at) => isSameName(labels[at] ?? '', line));
    const [only] = whole.length === 1 ? whole : found;
    if (only !== undefined && (whole.length === 1 || found.length === 1)) {
      terminal.say(`  ${only + 1}. ${labels[only] ?? ''}`);
      return only;
    }
    if (found.length > 1) show(found, labels, context);
    else terminal.say(localizer.format(nameKey(line) === '' || /^\s*\d+\s*$/.test(line) ? ask.pick : ask.noneCalled, { count }));
  }
}

/** A longer list does not fit on a terminal's screen: the person types part of the name. */
const manyOptions = 20;

/** Shows some entries of a list, each with its number in the whole list. */
function show(indexes: readonly number[], labels: readonly string[], { terminal, localizer }: QuestionContext): void {
  for (const index of indexes.slice(0, manyOptions)) terminal.say(`  ${index + 1}. ${labels[index] ?? ''}`);
  if (indexes.length > manyOptions) terminal.say(localizer.format(localizer.commandLine.ask.more, { count: indexes.length - manyOptions }));
}

function numberIn(text: string, count: number): number | null {
  const number = /^\s*\d{1,4}\s*$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= count ? number - 1 : null;
}

async function askFields(
  fields: readonly PromptField[],
  selects: readonly PromptSelect[],
  context: QuestionContext,
): Promise<Record<string, string>> {
  const { localizer, terminal, labels } = context;
  const values: Record<string, string> = {};
  for (const select of selects) {
    const chosen = context.chosen?.get(select.name);
    if (chosen !== undefined) {
      values[select.name] = chosen;
      continue;
    }
    terminal.say(select.label);
    values[select.name] =
      select.options[
        await pick(
          select.options.map(({ label }) => label),
          context,
          select.options.findIndex(({ value }) => value === select.value),
        )
      ]?.value ?? '';
  }
  const known: Readonly<Record<string, string>> = { user: labels.userId, password: labels.password };
  for (const { name, label, secret, value } of fields) {
    const shown = label ?? known[name] ?? localizer.messages.fields.field;
    // An empty line keeps the value that the gateway filled in. It is shown only if it is not a secret
    const line = await askLine(secret || !value ? shown : `${shown} [${value}]`, secret, context);
    values[name] = line === '' && value !== undefined ? value : line;
  }
  return values;
}

/** Waits for a question that needs no answer to be withdrawn. */
function untilWithdrawn(signal: AbortSignal): Promise<never> {
  return whenAborted(signal).then(() => {
    throw fail('cancelled');
  });
}

/**
 * Asks for the second factor. A phone rings only if a person types that phone's number in the list. If they lost their phone,
 * the passcodes come first, and nothing that may reach that phone is recommended.
 */
async function secondFactor({ devices }: PromptOf<'second-factor'>, context: QuestionContext): Promise<Answer | HeldAnswer> {
  const { terminal, localizer, held } = context;
  const { factor } = localizer.messages;
  const { ask } = localizer.commandLine;
  const labels = { push: held ? factor.pushPlain : factor.push, call: factor.call, text: factor.text, other: factor.other };
  const startsWith = devices.find((device) => device.startsWith !== undefined)?.startsWith;
  const hint = startsWith === undefined ? '' : ` (${localizer.format(localizer.messages.passcode.startsWith, { start: startsWith })})`;
  const passcode: Option = { label: `${factor.passcode}${hint}`, answer: { kind: 'second-factor-passcode' } };
  const reaching = devices.flatMap(({ id, name, methods }): Option[] => {
    const method = methods.find((each) => each !== 'passcode');
    return method === undefined ? [] : [{ label: `${labels[method]}: ${name}`, answer: { kind: 'second-factor', method, device: id } }];
  });
  const options: Option[] = held
    ? [{ label: factor.useHeld, answer: { kind: 'held-passcode' } }, passcode, ...reaching]
    : [...reaching, passcode];
  terminal.say(factor.title);
  options.forEach(({ label }, index) => terminal.say(`  ${index + 1}. ${label}`));
  if (held && reaching.length > 0) terminal.say(factor.otherWaysLead);
  for (;;) {
    const line = (await askLine(ask.number, false, context)).trim();
    if (looksLikePasscode.test(line)) return { kind: 'second-factor-passcode', passcode: plainPasscode(line) };
    const option = options[numberIn(line, options.length) ?? -1];
    if (option) return option.answer;
    terminal.say(localizer.format(ask.pick, { count: options.length }));
  }
}

interface Option {
  label: string;
  answer: Answer | HeldAnswer;
}

async function push(prompt: PromptOf<'push'>, { terminal, localizer, signal, now }: QuestionContext): Promise<Answer> {
  for (const line of waitingLines(prompt, localizer, now())) terminal.say(line);
  const { ask } = localizer.commandLine;
  await terminal.line(prompt.over ? ask.approveOver : ask.approve, { signal });
  return { kind: 'instead', method: prompt.over ? 'done' : 'passcode' };
}

/** The lines to show while a phone rings or the gateway is waiting. */
export function waitingLines(prompt: Prompt, localizer: TerminalLocalizer, now: number): string[] {
  const { ask } = localizer.commandLine;
  if (prompt.kind === 'waiting') return [localizer.format(ask.waiting, { count: Math.max(1, Math.ceil((prompt.until - now) / 1000)) })];
  if (prompt.kind !== 'push') return [];
  const { device, number, call, message } = prompt;
  const { push: say } = localizer.messages;
  return [
    localizer.format(call ? say.callLead : say.lead, { device: device || say.yourPhone }),
    ...(message === undefined ? [] : [message]),
    ...(number === undefined ? [] : [localizer.format(ask.pushNumber, { number })]),
  ];
}

/** Asks for the client certificate. An empty line keeps the file that was named before. */
async function clientCertificate({ file, wantsPassphrase }: PromptOf<'client-certificate'>, context: QuestionContext): Promise<Answer> {
  const { ask } = context.localizer.commandLine;
  const label = file === undefined ? ask.certificateFile : `${ask.certificateFile} [${file}]`;
  const typed = (await askLine(label, false, context)).trim();
  const passphrase = wantsPassphrase ? await askLine(ask.passphrase, true, context) : undefined;
  return {
    kind: 'client-certificate',
    ...(typed === '' ? {} : { file: path.resolve(typed.replace(/^~(?=[/\\])/, homedir())) }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

async function certificate(prompt: PromptOf<'certificate'>, context: QuestionContext): Promise<Answer> {
  const { terminal, localizer } = context;
  const { certificate: text } = localizer.messages;
  const { ask } = localizer.commandLine;
  const lines = [
    text.title,
    localizer.format(text.lead, { host: prompt.host }),
    `${text.subject}: ${prompt.subject}`,
    `${text.issuer}: ${prompt.issuer}`,
    `${text.valid}: ${localizer.instant(prompt.validUntil)}`,
    `${text.fingerprint}: ${prompt.sha256}`,
    ask.compare,
  ];
  terminal.say(lines.join('\n'));
  return { kind: 'certificate', accept: await agrees(ask.certificate, [ask.yes], context) };
}
