import type { Profile } from '../../shared/profile.ts';
import { profileLines } from '../../shared/messages/profile-messages.ts';
import type { Localizer } from '../../shared/messages/localizer.ts';
import { contentsOf } from '../app/profiles/profile-preview.ts';
import type { Report } from './report.ts';

/** Tells all that a profile does, as the window does before it is added: a line for each thing, and what it believes. */
export function tellContents(profile: Profile, report: Report, { messages, format }: Localizer): void {
  const contents = contentsOf(profile);
  const { preview } = messages;
  const mark = contents.domain === null ? preview.outsideNone : format(preview.outside, { domain: contents.domain });
  const line = (label: string, text: string): void => report.say(`  ${label}: ${text}`);
  for (const { label, hosts, text } of profileLines(contents, preview))
    line(label, text ?? hosts.map(({ shown, outside }) => (outside ? `${shown} [${mark}]` : shown)).join(', '));
  line(preview.trust, { system: preview.trustSystem, pin: preview.trustPin, authority: preview.trustAuthority }[profile.trust.kind]);
  for (const { sha256, subject, validUntil } of contents.authorities)
    line(preview.fingerprint, `${sha256} (${subject}; ${format(preview.validUntil, { untilAt: validUntil })})`);
  for (const pin of contents.pins) line(preview.pin, pin);
}

/** The event of a profile, with all that it does. */
export const profileEvent = (profile: Profile) => {
  const { id, name, gateways, protocol, tunnel } = profile;
  return { event: 'profile' as const, id, name, gateways, protocol, tunnel, contents: contentsOf(profile) };
};
