import type { Profile } from '../../shared/profile.ts';
import { profileLines } from '../../shared/messages/profile-messages.ts';
import type { Localizer } from '../../shared/messages/localizer.ts';
import { contentsOf } from '../app/profiles/profile-preview.ts';
import type { Report } from './report.ts';

/** Reports everything that a profile does and trusts, line by line, as the window shows it before a profile is added. */
export function reportContents(profile: Profile, report: Report, localizer: Localizer): void {
  const contents = contentsOf(profile);
  const { format, comma } = localizer;
  const { preview } = localizer.messages;
  const mark = contents.domain === null ? preview.outsideNone : format(preview.outside, { domain: contents.domain });
  const line = (label: string, text: string): void => report.say(`  ${label}: ${text}`);
  for (const { label, hosts, text } of profileLines(contents, localizer))
    line(label, text ?? hosts.map(({ shown, outside }) => (outside ? `${shown} [${mark}]` : shown)).join(comma));
  line(preview.trust, { system: preview.trustSystem, pin: preview.trustPin, authority: preview.trustAuthority }[profile.trust.kind]);
  for (const { sha256, subject, validUntil } of contents.authorities)
    line(preview.fingerprint, `${sha256} (${subject}; ${format(preview.validUntil, { untilAt: validUntil })})`);
  for (const pin of contents.pins) line(preview.pin, pin);
}

/** The event for a profile, with everything that it does. */
export const profileEvent = (profile: Profile) => {
  const { id, name, gateways, protocol, tunnel } = profile;
  return { event: 'profile' as const, id, name, gateways, protocol, tunnel, contents: contentsOf(profile) };
};
