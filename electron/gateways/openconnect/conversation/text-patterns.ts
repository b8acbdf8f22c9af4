/**
 * Finds out from a gateway's text what it asks for and whether it reports an error. Knows English, Chinese in both scripts
 * and Portuguese. Pure. A text that nothing here matches is still asked, in the gateway's own words.
 */

/** How much of a text is read. */
const maxRead = 2_000;
const anyOf =
  (...patterns: readonly RegExp[]) =>
  (text: string): boolean => {
    const read = text.slice(0, maxRead).normalize('NFKC');
    return patterns.some((each) => each.test(read));
  };

/** Other codes that a text may mention. */
const otherCodes = /\b(error|status|reason|result|exit|area|country|post|postal|zip) code\b/gi;

/** Asks for a one-time code. */
export const saysCode = (text: string): boolean => mentionsCode(text.slice(0, maxRead).replaceAll(otherCodes, ' '));
const mentionsCode = anyOf(
  /\b(otp|totp|hotp|one[- ]?time|token ?(code)?|pass ?code|verification|authenticator|security code|second factor|2fa|mfa|code)\b/i,
  /驗證碼|验证码|驗証碼|認證碼|认证码|動態密碼|动态密码|動態碼|动态码|一次性密碼|一次性密码|安全碼|安全码|授權碼|授权码|令牌|口令碼/,
  /\bc[óo]digos?\b|\bsenha (de uso )?[úu]nica\b|\bpalavra-passe de uso [úu]nico\b/i,
);

/** Asks for a PIN, old or new. It may hold any character. */
export const saysPin = anyOf(/\bPINs?\b/, /\b(new|your|enter|old|choose|create|confirm|re-?enter|re-?type) pin\b/i);

/** Asks for yes or no. */
export const saysYesOrNo = anyOf(
  /[([]\s?(y|yes|s|sim|是)\s?[/|]\s?(n|no|n[ãa]o|否)\s?[)\]]/i,
  /[([]\s?(y|yes|s|sim|是)\s?[)\]].{0,120}[([]\s?(n|no|n[ãa]o|否)\s?[)\]]/i,
  /\byes or no\b|\bsim ou n[ãa]o\b|是或否|是\/否/i,
);

/** Mentions the account's password, old or new. */
const saysPassword = anyOf(/\bpass ?(word|phrase)s?\b/i, /密碼|密码|口令/, /\b(senha|palavra[- ]passe)\b/i);

/** Asks for the old password. */
export const saysOldPassword = anyOf(
  /\b(old|current|existing|previous) (pass ?word|password|one)\b|\boldpass/i,
  /(舊|旧|原|目前|現有|现有|當前|当前)(的)?(密碼|密码|口令)/,
  /\b(senha|palavra[- ]passe) (atual|antiga|anterior)\b/i,
);

/** Asks for a new password. */
const saysNew = anyOf(
  /\bnew\b.{0,24}\bpass ?(word|phrase)\b|\bnewpass/i,
  /\b(change|reset|update|replace|renew) (your |the )?(\w{1,20} )?pass ?(word|phrase)\b/i,
  /\b(different|replacement)\b.{0,12}\bpass ?(word|phrase)\b|\bpass ?(word|phrase) (change|update|renewal)\b/i,
  /新(的)?(密碼|密码|口令)/,
  /(更改|變更|变更|更換|更换|修改|更新|重設|重设|重置|設定|设定|設置|设置)(您的|你的)?(密碼|密码|口令)/,
  /(密碼|密码|口令)(必須|必须|需要|需|須|须|應|应)(要|被|進行|进行)?(更改|變更|变更|更換|更换|修改|更新|重設|重设|重置)/,
  /\bnova (senha|palavra[- ]passe)\b/i,
  /\b(alter|mud|troc|atualiz)(ar|e|a)\b.{0,8}\b(senha|palavra[- ]passe)\b|\bredefin(ir|a)\b.{0,8}\b(senha|palavra[- ]passe)\b/i,
);

/** Says that the password expired or has to be changed. */
const saysExpired = anyOf(
  /\bpass ?(word|phrase) (has )?(expired|is expired|been reset)\b|\bpass ?(word|phrase) (must|has to|needs to|should) be (changed|reset|updated|replaced)\b|\bmust (change|select|choose) .{0,24}\bpass ?word\b/i,
  /\b(select|choose|enter|pick|type|set|provide) a (new|different|replacement)( one)?\b/i,
  /(密碼|密码|口令)(已|已經|已经)?(過期|过期|到期|失效|逾期)/,
  /\b(senha|palavra[- ]passe) (expirou|caducou|venceu|(foi |est[áa] )?(expirada|caducada|vencida))\b/i,
);

/** Asks to repeat something, such as the new password. */
const saysAgain = anyOf(
  /\b(re-?type|re-?enter|confirm|verify|repeat)\b|\bagain\b|\bonce more\b/i,
  /確認|确认|再次|再輸入|再输入|重新輸入|重新输入/,
  /\bconfirm(e|ar|a)\b|\brepita\b|\bnovamente\b|\boutra vez\b/i,
);

/** Whether a question for one secret asks for a new password. `own`: the profile's words for that. `after`: the previous question asked for one. */
export function asksNewPassword(label: string, message: string, own: readonly string[] = [], after = false): boolean {
  const text = `${label}\n${message}`.slice(0, maxRead);
  const normalized = text.normalize('NFKC').toLowerCase();
  if (own.some((phrase) => normalized.includes(phrase.normalize('NFKC').toLowerCase()))) return true;
  if (saysPin(label) || saysOldPassword(label)) return false;
  if (saysNew(label)) return true;
  // If the text also mentions a code, the answer may be that code: do not treat it as the new password
  if (saysCode(label) || saysCode(message) || (saysPin(message) && !saysPassword(message))) return false;
  if (saysNew(message) || (saysExpired(message) && saysPassword(text))) return true;
  return after && saysAgain(text);
}

/** Whether a text says that something was not accepted. */
export const complains = anyOf(
  /\b(fail(ed|ure|s)?|invalid|incorrect|denied|rejected|refused|wrong|expired|not (valid|accepted|recogni[sz]ed|correct)|try again|does(n’t| not|n't) match|mismatch|locked)\b/i,
  /失敗|失败|錯誤|错误|有誤|有误|不正確|不正确|不對|不对|無效|无效|拒絕|拒绝|不符|過期|过期|重試|重试|再試|再试|鎖定|锁定/,
  /inv[áa]lid[oa]s?|incorret[oa]s?|incorrect[oa]s?|\berrad[oa]s?\b|\bfalh(ou|a|aram)\b|negad[oa]|recusad[oa]|expirad[oa]|\bexpirou\b|\btente (de novo|novamente|outra vez)\b|n[ãa]o (é|est[áa]|foi) (v[áa]lid|corret|aceit)/i,
);

const mentionsLock = anyOf(
  /\b(account|user|you)\b.{0,40}\b(locked|blocked)\b|\blocked out\b/i,
  /(帳號|账号|帳戶|账户|賬戶|使用者|用戶|用户).{0,10}(鎖定|锁定|鎖住|锁住|封鎖|封锁)|已(被)?(鎖定|锁定|封鎖|封锁)/,
  /\bconta\b.{0,40}\bbloquead[oa]\b/i,
);
/** Such a sentence only warns. */
const warns = anyOf(/\b(before|will|would|may|might|otherwise|if|not)\b|[將将会會]|\b(antes|ser[áa]|se|n[ãa]o)\b/i);
const mentionsSessionLimit = anyOf(
  /\b(too many|max(imum)?( number of)?|limit( of)?)\b.{0,24}\b(sessions|log-?ins|connections)\b/i,
  /\b(sessions?|log-?ins?|connections?)\b.{0,24}\b(limit|exceeded|maximum)\b/i,
  /(連線|连接|登入|登录|會話|会话|工作階段)(數|数)?.{0,10}(上限|過多|过多|超過|超过)/,
  /\b(limite|m[áa]ximo)\b.{0,24}\b(sess[õo]es|liga[çc][õo]es|conex[õo]es)\b/i,
);

/** Whether a refusal says that the account is locked, and does not only warn of it. */
export const saysLocked = (text: string): boolean => sentences(text).some((each) => mentionsLock(each) && !warns(each));

/** Whether a refusal says that the person has as many sessions as they may have. */
export const saysSessionLimit = (text: string): boolean => sentences(text).some(mentionsSessionLimit);

/** Says that something is not allowed. */
const saysNotAllowed = anyOf(
  /\b(not|no longer|isn[’']?t|aren[’']?t) (be )?(allowed|supported|permitted|accepted|authori[sz]ed|compatible|recogni[sz]ed)\b/i,
  /不支援|不支持|不被支援|不被支持|不允許|不允许|不被允許|不被允许|未授權|未授权/,
  /\bn[ãa]o (é |est[áa] |s[ãa]o )?(permitid|suportad|autorizad|aceit)[oae]/i,
);
const mentionsProgram = anyOf(
  /\b(client(?! certificate)s?|user[- ]?agent|software|program|app(lication)?)\b/i,
  /客戶端|用戶端|客户端|程式|程序|軟體|软件/,
  /\b(cliente|programa|aplica[çc][ãa]o)\b/i,
);
const mentionsSystem = anyOf(
  /\b(operating systems?|OS|platforms?|device types?|linux|windows|mac ?os( x)?)\b/i,
  /作業系統|操作系統|操作系统|平台/,
  /\b(sistema (operativo|operacional)|plataforma)\b/i,
);
const sentences = (text: string): string[] => text.slice(0, maxRead).split(/[.。!！\n]/);

/** Whether a text refuses the client program, whoever the person is. */
export const refusesClient = (text: string): boolean =>
  sentences(text).some(
    (each) =>
      (mentionsProgram(each) && saysNotAllowed(each)) ||
      /\b(unsupported|unauthori[sz]ed|unknown|outdated|incompatible|disallowed) (vpn |anyconnect )?(client(?! certificate)|user[- ]?agent|software|program)/i.test(
        each,
      ) ||
      // Cisco's message if a group may not use this kind of client
      /\bunauthorized connection mechanism\b/i.test(each),
  );

/** Whether a text refuses the system that we reported. */
export const refusesSystem = (text: string): boolean =>
  sentences(text).some(
    (each) =>
      (mentionsSystem(each) && saysNotAllowed(each)) ||
      /\b(unsupported|unauthori[sz]ed|unknown|disallowed) (operating system|os|platform|device type)\b/i.test(each),
  );

/** Whether an error is about a code and not about the name or the password. */
export const complainsOfCode = (text: string): boolean => complains(text) && saysCode(text) && !saysPassword(text);

const aboutPhone = /\b(duo mobile|phone|app|mobile|device|tap|authenticator|telem[óo]vel|celular|aplica(ção|tivo))\b|手機|手机|應用|应用/i;
const toType =
  /(?:\b(?:enter|type|tap|select|choose|digite|insira|introduza|number|code)\b|輸入|输入|點選|点选|選擇|选择)[^\d\n]{0,24}(\d{2,6})(?!\d)/i;

/** The number that the person has to type on the phone for a push. Null if the text has none. */
export function verificationNumber(text: string): string | null {
  const read = text.slice(0, maxRead).normalize('NFKC');
  if (!aboutPhone.test(read)) return null;
  const [, toTap] = toType.exec(read) ?? [];
  if (toTap !== undefined) return toTap;
  const numbers = [...read.matchAll(/(?<![\d.:/-])\d{2,6}(?![\d.:/-]\d|\d)/g)].map(([number]) => number);
  return numbers.length === 1 ? (numbers[0] ?? null) : null;
}

/** Whether a text says to type a number on the phone, rather than just containing a number. */
export function asksToTypeNumber(text: string): boolean {
  const read = text.slice(0, maxRead).normalize('NFKC');
  return aboutPhone.test(read) && toType.test(read);
}
