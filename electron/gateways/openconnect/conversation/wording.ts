/**
 * What a question asks for, and whether it complains, by its words in the languages that we speak: English, Chinese in
 * both scripts, Portuguese. Pure. What no expression here knows is a question all the same, with the gateway's own words.
 */

/** No more of a text than this is looked at. */
const maxRead = 2_000;
const anyOf =
  (...words: readonly RegExp[]) =>
  (text: string): boolean => {
    const read = text.slice(0, maxRead).normalize('NFKC');
    return words.some((each) => each.test(read));
  };

/** A one-time code. */
export const saysCode = anyOf(
  /\b(otp|totp|hotp|one[- ]?time|token ?(code)?|pass ?code|verification|authenticator|security code|second factor|2fa|mfa|code)\b/i,
  /驗證碼|验证码|驗証碼|認證碼|认证码|動態密碼|动态密码|動態碼|动态码|一次性密碼|一次性密码|安全碼|安全码|授權碼|授权码|令牌|口令碼/,
  /\bc[óo]digos?\b|\bsenha (de uso )?[úu]nica\b|\bpalavra-passe de uso [úu]nico\b/i,
);

/** A PIN that the person knows by heart, or is to make up: it may hold any character. */
export const saysPin = anyOf(/\bPINs?\b/, /\b(new|your|enter|old|choose|create|confirm|re-?enter|re-?type) pin\b/i);

/** One that is answered with yes or no. */
export const saysYesOrNo = anyOf(
  /[([]\s?(y|yes|s|sim|是)\s?[/|]\s?(n|no|n[ãa]o|否)\s?[)\]]/i,
  /\byes or no\b|\bsim ou n[ãa]o\b|是或否|是\/否/i,
);

/** The account's own password, or the one that is to be it. */
const saysPassword = anyOf(/\bpass ?(word|phrase)s?\b/i, /密碼|密码|口令/, /\b(senha|palavra[- ]passe)\b/i);

/** The password from before: it is asked for, and not to be replaced by what is typed. */
export const saysOldPassword = anyOf(
  /\b(old|current|existing|previous) (pass ?word|password|one)\b|\boldpass/i,
  /(舊|旧|原|目前|現有|现有|當前|当前)(的)?(密碼|密码|口令)/,
  /\b(senha|palavra[- ]passe) (atual|antiga|anterior)\b/i,
);

/** A password that is to be the new one. */
const saysNew = anyOf(
  /\bnew\b.{0,24}\bpass ?(word|phrase)\b|\bnewpass/i,
  /\b(change|reset|update|replace) (your |the )?pass ?word\b/i,
  /新(的)?(密碼|密码|口令)/,
  /(更改|變更|变更|更換|更换|修改|重設|重设|重置|設定|设定|設置|设置)(您的|你的)?(密碼|密码|口令)/,
  /\bnova (senha|palavra[- ]passe)\b/i,
  /\b(alter|mud|troc)(ar|e|a)\b.{0,8}\b(senha|palavra[- ]passe)\b|\bredefin(ir|a)\b.{0,8}\b(senha|palavra[- ]passe)\b/i,
);

/** It has run out, or has to be another one. */
const saysOver = anyOf(
  /\bpass ?word (has )?(expired|is expired|been reset)\b|\bpass ?word must be changed\b|\bmust (change|select|choose) .{0,24}\bpass ?word\b/i,
  /\b(select|choose|enter|pick|type|set) a new one\b/i,
  /(密碼|密码|口令)(已|已經|已经)?(過期|过期|到期|失效|逾期)/,
  /\b(senha|palavra[- ]passe) (expirou|caducou|venceu|(foi |est[áa] )?(expirada|caducada|vencida))\b/i,
);

/** Once more, after a new password was asked for. */
const saysAgain = anyOf(
  /\b(re-?type|re-?enter|confirm|verify|repeat)\b|\bagain\b|\bonce more\b/i,
  /確認|确认|再次|再輸入|再输入|重新輸入|重新输入/,
  /\bconfirm(e|ar|a)\b|\brepita\b|\bnovamente\b|\boutra vez\b/i,
);

/** Whether a question for one secret asks for a new password. `own`: the profile's words; `after`: the question before it did. */
export function asksNewPassword(label: string, message: string, own: readonly string[] = [], after = false): boolean {
  const text = `${label}\n${message}`.slice(0, maxRead);
  const said = text.normalize('NFKC').toLowerCase();
  if (own.some((words) => said.includes(words.normalize('NFKC').toLowerCase()))) return true;
  if (saysPin(label) || saysOldPassword(label)) return false;
  if (saysNew(label)) return true;
  // A code beside such words may be what lets the person change it: no answer is taken for the password then
  if (saysCode(label) || saysCode(message) || (saysPin(message) && !saysPassword(message))) return false;
  if (saysNew(message) || (saysOver(message) && saysPassword(text))) return true;
  return after && saysAgain(text);
}

/** Whether a text says that something was not accepted. */
export const complains = anyOf(
  /\b(fail(ed|ure|s)?|invalid|incorrect|denied|rejected|refused|wrong|expired|not (valid|accepted|recogni[sz]ed|correct)|try again|does(n’t| not|n't) match|mismatch|locked)\b/i,
  /失敗|失败|錯誤|错误|有誤|有误|不正確|不正确|不對|不对|無效|无效|拒絕|拒绝|不符|過期|过期|重試|重试|再試|再试|鎖定|锁定/,
  /inv[áa]lid[oa]s?|incorret[oa]s?|incorrect[oa]s?|\berrad[oa]s?\b|\bfalh(ou|a|aram)\b|negad[oa]|recusad[oa]|expirad[oa]|\bexpirou\b|\btente (de novo|novamente|outra vez)\b|n[ãa]o (é|est[áa]|foi) (v[áa]lid|corret|aceit)/i,
);

/** That something is not let in, after what it is. */
const isNotTaken = anyOf(
  /\b(not|no longer|isn[’']?t|aren[’']?t) (be )?(allowed|supported|permitted|accepted|authori[sz]ed|compatible|recogni[sz]ed)\b/i,
  /不支援|不支持|不被支援|不被支持|不允許|不允许|不被允許|不被允许|未授權|未授权/,
  /\bn[ãa]o (é |est[áa] |s[ãa]o )?(permitid|suportad|autorizad|aceit)[oae]/i,
);
const isOfProgram = anyOf(
  /\b(client(?! certificate)s?|user[- ]?agent|software|program|app(lication)?)\b/i,
  /客戶端|用戶端|客户端|程式|程序|軟體|软件/,
  /\b(cliente|programa|aplica[çc][ãa]o)\b/i,
);
const isOfSystem = anyOf(
  /\b(operating systems?|OS|platforms?|device types?|linux|windows|mac ?os( x)?)\b/i,
  /作業系統|操作系統|操作系统|平台/,
  /\b(sistema (operativo|operacional)|plataforma)\b/i,
);
const sentences = (text: string): string[] => text.slice(0, maxRead).split(/[.。!！\n]/);

/** Whether a text turns down the program that signs in, whoever the person is. */
export const refusesClient = (text: string): boolean =>
  sentences(text).some(
    (each) =>
      (isOfProgram(each) && isNotTaken(each)) ||
      /\b(unsupported|unauthori[sz]ed|unknown|outdated|incompatible|disallowed) (vpn |anyconnect )?(client(?! certificate)|user[- ]?agent|software|program)/i.test(
        each,
      ) ||
      // Cisco's, where a group may not use this kind of client
      /\bunauthorized connection mechanism\b/i.test(each),
  );

/** Whether a text turns down the system that this computer says it runs. */
export const refusesSystem = (text: string): boolean =>
  sentences(text).some(
    (each) =>
      (isOfSystem(each) && isNotTaken(each)) ||
      /\b(unsupported|unauthori[sz]ed|unknown|disallowed) (operating system|os|platform|device type)\b/i.test(each),
  );

/** Whether a complaint is about a code, and not about the name or the password. */
export const complainsOfCode = (text: string): boolean => complains(text) && saysCode(text) && !saysPassword(text);

const aboutPhone = /\b(duo mobile|phone|app|mobile|device|tap|authenticator|telem[óo]vel|celular|aplica(ção|tivo))\b|手機|手机|應用|应用/i;
const toType =
  /(?:\b(?:enter|type|tap|select|choose|digite|insira|introduza|number|code)\b|輸入|输入|點選|点选|選擇|选择)[^\d\n]{0,24}(\d{2,6})(?!\d)/i;

/** The number that a push has typed into the phone, where a text says one. */
export function verificationNumber(text: string): string | null {
  const read = text.slice(0, maxRead).normalize('NFKC');
  if (!aboutPhone.test(read)) return null;
  const [, told] = toType.exec(read) ?? [];
  if (told !== undefined) return told;
  const numbers = [...read.matchAll(/(?<![\d.:/-])\d{2,6}(?![\d.:/-]\d|\d)/g)].map(([number]) => number);
  return numbers.length === 1 ? (numbers[0] ?? null) : null;
}

/** Whether a text itself says that a number is to be typed into the phone, and not only holds one. */
export function asksToTypeNumber(text: string): boolean {
  const read = text.slice(0, maxRead).normalize('NFKC');
  return aboutPhone.test(read) && toType.test(read);
}
