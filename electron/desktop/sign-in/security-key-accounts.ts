import { dialog, type SelectWebauthnAccountDetails, type Session } from 'electron';
import type { Messages } from '../../../shared/messages/localizer.ts';
import { plainLine } from '../../../shared/plain-text.ts';

/** A message box has no room for more. */
const maxAccounts = 8;
const maxName = 60;

/**
 * Chooses the account when a page asks a security key that holds accounts for it: the only one, or the one that the person
 * picks. Without a listener Electron cancels the page's request, even if there is only one account (`select-webauthn-account`,
 * docs/api/session.md).
 */
export function answerAccountQuestions(session: Session, messages: () => Messages): void {
  session.on('select-webauthn-account', (event, details, callback) => {
    event.preventDefault();
    choose(details, messages()).then(callback, () => callback(null));
  });
}

async function choose(
  { accounts, relyingPartyId }: SelectWebauthnAccountDetails,
  { dialog: texts, action }: Messages,
): Promise<string | null> {
  const offered = accounts.slice(0, maxAccounts);
  const [only] = offered;
  if (accounts.length <= 1) return only?.credentialId ?? null;
  const names = offered.map(({ name, displayName, credentialId }) => plainLine(name ?? displayName ?? credentialId).slice(0, maxName));
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: texts.chooseAccount,
    detail: plainLine(relyingPartyId).slice(0, 253),
    buttons: [...names, action.cancel],
    defaultId: names.length,
    cancelId: names.length,
    noLink: true,
  });
  return offered[response]?.credentialId ?? null;
}
