import { helpCode } from '../../shared/help-code.ts';
import { stepOf, type Step } from '../../shared/step.ts';
import { ownPlatform } from './own-platform.ts';
import * as z from 'zod';
import { holdsSession, accessStateSchema, portalHealthSchema, type AccessState } from '../../shared/access-state.ts';
import { profileContentsSchema, type ProfileContents } from '../../shared/app-state.ts';
import { alwaysConnectSchema } from '../../shared/always-connect.ts';
import { failureSchema, type Failure } from '../../shared/failure.ts';
import { policyFaults, policyKeys } from '../../shared/policy/keys.ts';
import { policyFaultSchema, type PolicyFaultReport } from '../../shared/policy/report.ts';
import { plainText } from '../../shared/plain-text.ts';
import type { ExitCode } from './exit-codes.ts';
import type { ProxyEndpoint } from './session-client.ts';
import type { TerminalLocalizer } from './terminal-localizer.ts';

const alwaysConnectSteps = alwaysConnectSchema.def.options.flatMap(({ shape }) => shape.step.def.values);
const stateKinds = accessStateSchema.def.options.flatMap(({ shape }) => shape.kind.def.values);

/** One line of `--json` (`docs/command-line.md`). None holds a secret, except the proxy's if it was asked for. */
export const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('version'), version: z.string() }),
  z.object({
    event: z.literal('profile'),
    id: z.string(),
    name: z.string(),
    gateways: z.array(z.string()),
    protocol: z.optional(z.string()),
    tunnel: z.optional(z.string()),
    /** Everything that the profile does, as the window shows it before a profile is added. */
    contents: z.optional(z.custom<ProfileContents>((value) => profileContentsSchema.safeParse(value).success)),
  }),
  z.object({
    event: z.literal('state'),
    state: z.enum(stateKinds),
    profile: z.optional(z.string()),
    gateway: z.optional(z.string()),
    user: z.optional(z.string()),
    since: z.optional(z.number()),
    expiresAt: z.optional(z.nullable(z.number())),
    expiring: z.optional(z.boolean()),
    portal: z.optional(portalHealthSchema),
    tries: z.optional(z.number()),
    failure: z.optional(failureSchema),
    holder: z.optional(z.enum(['app', 'command-line'])),
    /** In `status`, where the app connects by itself: what it does about it now, and until when. */
    always: z.optional(z.enum(alwaysConnectSteps)),
    alwaysUntil: z.optional(z.number()),
  }),
  z.object({
    event: z.literal('prompt'),
    id: z.string(),
    kind: z.string(),
    /** When it is answered automatically, unless somebody answers first. */
    autoAnswerAt: z.optional(z.number()),
    failure: z.optional(failureSchema),
    number: z.optional(z.string()),
    /** Until when a silent gateway is waited for. */
    until: z.optional(z.number()),
    /** The gateway's message when it asks for nothing, or while a push waits. */
    says: z.optional(z.string()),
  }),
  z.object({ event: z.literal('notice'), failure: failureSchema }),
  z.object({ event: z.literal('proxy'), address: z.string(), user: z.string(), secret: z.optional(z.string()) }),
  z.object({ event: z.literal('portal'), address: z.nullable(z.string()) }),
  z.object({
    event: z.literal('check'),
    check: z.string(),
    result: z.enum(['ok', 'attention', 'missing']),
    says: z.string(),
    todo: z.optional(z.string()),
  }),
  z.object({
    event: z.literal('policy'),
    key: z.enum(policyKeys),
    /** As it is written. Null: no place of the policy has it. */
    value: z.unknown(),
    /** What it is without a policy. */
    usual: z.unknown(),
    from: z.nullable(z.object({ place: z.string(), level: z.enum(['enforced', 'default']) })),
    overrides: z.array(z.object({ place: z.string(), value: z.unknown() })),
    faults: z.array(z.custom<PolicyFaultReport>((value) => policyFaultSchema.safeParse(value).success)),
  }),
  /** What is wrong with the policy, if it belongs to no key. */
  z.object({
    event: z.literal('policy-fault'),
    place: z.string(),
    key: z.nullable(z.string()),
    why: z.enum(policyFaults),
    detail: z.optional(z.string()),
    says: z.string(),
  }),
  z.object({ event: z.literal('report'), code: z.string(), text: z.string(), saved: z.optional(z.string()) }),
  /** What a code for the help desk means. */
  z.object({
    event: z.literal('explained'),
    failure: z.optional(failureSchema),
    step: z.string(),
    version: z.string(),
    platform: z.string(),
  }),
  z.object({
    event: z.literal('end'),
    exitCode: z.number(),
    failure: z.optional(failureSchema),
    /** What a person would read. Absent when nothing went wrong, and after checks, which have already reported it. */
    says: z.optional(z.string()),
  }),
]);
export type CommandEvent = z.infer<typeof eventSchema>;

/** Where a run reports to: sentences for a person, events for a program. */
export interface Report {
  event(event: CommandEvent): void;
  /** A sentence for a person. A program gets events instead. */
  say(text: string): void;
  state(access: AccessState): void;
  failure(failure: Failure): void;
  proxy(endpoint: ProxyEndpoint, showSecret: boolean): void;
  end(code: ExitCode, failure: Failure | null, says?: string): void;
}

export interface Output {
  out: (text: string) => void;
  err: (text: string) => void;
  /** Whether a person sees what goes to `err`. */
  seen: boolean;
}

/** The event for an access state. A prompt is an event of its own. */
export function stateEvent(access: AccessState): Extract<CommandEvent, { event: 'state' }> {
  const event: Extract<CommandEvent, { event: 'state' }> = { event: 'state', state: access.kind };
  if ('profileId' in access) event.profile = access.profileId;
  if ('gateway' in access) event.gateway = access.gateway;
  if (holdsSession(access)) {
    const { user, since, expiresAt } = access;
    Object.assign(event, { user, since, expiresAt });
  }
  if (access.kind === 'connected') Object.assign(event, { expiring: access.expiring, portal: access.portal });
  if (access.kind === 'reconnecting') Object.assign(event, { tries: access.tries, failure: access.why });
  if ((access.kind === 'idle' || access.kind === 'closing') && access.ending) event.failure = access.ending;
  return event;
}

/**
 * JSON in pure ASCII. PowerShell 5.1 reads a program's output in the console's code page, which garbles every other
 * character.
 */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The report for programs: every event on standard output, one a line. */
export function jsonReport({ out, err, seen }: Output, localizer: TerminalLocalizer): Report {
  const event = (value: CommandEvent): void => out(`${asciiJson(eventSchema.parse(value))}\n`);
  return {
    event,
    say: () => undefined,
    state: (access) => event(stateEvent(access)),
    failure: (failure) => event({ event: 'notice', failure }),
    proxy({ port, user, secret }, showSecret) {
      event({ event: 'proxy', address: `http://127.0.0.1:${port}`, user, ...(showSecret ? { secret } : {}) });
      if (!showSecret && seen) err(`${proxyLine({ port, user, secret }, localizer)}\n`);
    },
    end(exitCode, failure, says = failure ? failureLine(failure, localizer) : undefined) {
      event({ event: 'end', exitCode, ...(failure ? { failure } : {}), ...(says === undefined ? {} : { says }) });
    },
  };
}

/** The report for people. */
export function plainReport({ out, err, version }: Output & { version: string }, localizer: TerminalLocalizer): Report {
  let step: Step = 'idle';
  const say = (text: string): void => out(`${plainText(text)}\n`);
  // The sentences may tell the person to read “the code below” to the help desk
  const sayFailure = (failure: Failure): void =>
    err(`${failureLine(failure, localizer)}\n${localizer.format(localizer.messages.ending.code, { code: codeOf(failure) })}\n`);
  const codeOf = ({ code }: Failure): string => `${helpCode({ failure: code, step, version, platform: ownPlatform })} (${code})`;
  let last = '';
  return {
    event: () => undefined,
    say,
    state(access) {
      step = stepOf(access, step);
      const text = stateLine(access, localizer);
      if (text !== '' && text !== last) say(text);
      last = text;
    },
    failure: sayFailure,
    proxy: (endpoint) => say(proxyLine(endpoint, localizer)),
    end(_code, failure, says) {
      if (says !== undefined) err(`${plainText(says)}\n`);
      else if (failure) sayFailure(failure);
    },
  };
}

/** What happened, and what to do. */
const failureLine = (failure: Failure, localizer: TerminalLocalizer): string =>
  plainText(localizer.format(localizer.commandLine.attention, { ...localizer.failure(failure) }));

const proxyLine = ({ port, user, secret }: ProxyEndpoint, { commandLine }: TerminalLocalizer): string =>
  commandLine.proxy.replace('{user}', user).replace('{secret}', secret).replace('{port}', String(port));

function stateLine(access: AccessState, localizer: TerminalLocalizer): string {
  const { state, connectedWithoutEnd, expiring, portalState } = localizer.commandLine;
  switch (access.kind) {
    case 'contacting':
      return localizer.format(state.contacting, { gateway: access.gateway });
    case 'connected': {
      if (access.expiring && access.expiresAt !== null) return localizer.format(expiring, { untilAt: access.expiresAt });
      if (access.portal !== 'unknown') return portalState[access.portal];
      const { gateway, user, expiresAt } = access;
      return expiresAt === null
        ? localizer.format(connectedWithoutEnd, { gateway, user })
        : localizer.format(state.connected, { gateway, user, untilAt: expiresAt });
    }
    case 'reconnecting':
      return localizer.format(state.reconnecting, { why: localizer.failure(access.why).happened });
    case 'asking': // the question itself says enough
    case 'idle': // so does the end
      return '';
    case 'checking':
    case 'on-campus':
    case 'opening':
    case 'closing':
      return state[access.kind];
  }
}
