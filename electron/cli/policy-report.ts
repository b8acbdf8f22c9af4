import { policyKeys } from '../../shared/policy/keys.ts';
import { usualPolicy } from '../../shared/policy/schema.ts';
import type { PolicyInForce } from '../storage/policy/policy.ts';
import { faultDetail } from '../../shared/messages/policy-fault.ts';
import { decisionsIn, faultsIn } from '../storage/policy/report.ts';
import { fillIn } from './arguments.ts';
import type { Report } from './report.ts';
import type { TerminalLocalizer } from './terminal-localizer.ts';

/** Who manages this computer: a sentence, their own sentence, and their address. Null if its policy does not say. */
export function managerLine({ policy: { managedBy } }: PolicyInForce, { commandLine, messages, gap }: TerminalLocalizer): string | null {
  if (!managedBy) return null;
  const { name, caption, address } = managedBy;
  const who = name === undefined ? messages.settings.managed : fillIn(commandLine.policy.managedBy, { who: name });
  return [who, caption, address].filter((part) => part !== undefined).join(gap);
}

/** Says of every key what it is, where that comes from, what it overrides and what is wrong with it. */
export function reportPolicy(inForce: PolicyInForce, report: Report, localizer: TerminalLocalizer): void {
  const { policy: says } = localizer.commandLine;
  const { faults: whys } = localizer.messages.policy;
  const decisions = decisionsIn(inForce);
  const faults = faultsIn(inForce.faults);
  const inBrackets = (detail: string | undefined): string =>
    detail === undefined ? '' : fillIn(says.detail, { detail: faultDetail(detail, localizer) });
  const manager = managerLine(inForce, localizer);
  if (manager !== null) report.say(manager);
  if (decisions.length === 0 && faults.length === 0) report.say(says.none);
  for (const key of policyKeys) {
    const decision = decisions.find((each) => each.key === key);
    const own = faults.filter((fault) => fault.key === key || fault.key?.startsWith(`${key}.`));
    const usual = key === 'profiles' ? null : usualPolicy[key];
    report.event({
      event: 'policy',
      key,
      value: inForce.decisions.get(key)?.value ?? null,
      usual,
      from: decision ? { place: decision.place, level: decision.level } : null,
      overrides: (inForce.decisions.get(key)?.overrides ?? []).map(({ place, value }) => ({ place, value })),
      faults: own,
    });
    if (decision) {
      report.say(fillIn(says.key, { key, value: decision.value }));
      report.say(fillIn(says.from[decision.level], { place: decision.place }));
      for (const other of decision.overrides) report.say(fillIn(says.overrides, other));
    } else if (own.length > 0) report.say(fillIn(says.key, { key, value: usual === null ? says.notSet : String(usual) }));
    for (const { place, key: path, why, detail } of own)
      report.say(fillIn(says.fault, { place, key: path ?? '', why: whys[why], detail: inBrackets(detail) }));
  }
  for (const fault of faults.filter(({ key }) => !policyKeys.some((each) => key === each || key?.startsWith(`${each}.`)))) {
    const { place, key, why, detail } = fault;
    report.event({ event: 'policy-fault', ...fault, says: whys[why] });
    const where = key === null ? says.wholeFault : says.fault;
    report.say(fillIn(where, { place, key: key ?? '', why: whys[why], detail: inBrackets(detail) }));
  }
}
