import type { FailureCode } from '../failure-catalogue.ts';
import type { Localizer } from './localizer.ts';
import type { Messages } from './catalogue.ts';

/** What more is known of a fault of the policy, in the catalogue's language: our own words, a failure's title, with or without the address that failed, or a system's own text. */
export function faultDetail(detail: string, { messages, failure }: Pick<Localizer, 'messages' | 'failure'>): string {
  const own: Readonly<Record<string, string>> = messages.policy.faultDetails;
  if (Object.hasOwn(own, detail)) return own[detail] ?? detail;
  // The address of a campus may stand before the code
  const codeAt = detail.lastIndexOf(' ') + 1;
  const code = detail.slice(codeAt);
  return isFailureCode(code, messages) ? detail.slice(0, codeAt) + failure({ code }).title : detail;
}

const isFailureCode = (text: string, { failures }: Messages): text is FailureCode => Object.hasOwn(failures, text);
