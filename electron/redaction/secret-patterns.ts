/** Patterns of secrets. Names, addresses and hosts are {@link Redactor}'s. */

/** The text without what looks like a secret. */
export function removeSecrets(text: string): string {
  return replacements.reduce((clean, [pattern, instead]) => clean.replaceAll(pattern, instead), text);
}

/**
 * The text without passcodes: 6 to 9 digits, together or in groups as they are read aloud. No part of an address, of a number
 * with a point or a unit, of `0x80070005` or of a telephone number is one.
 */
export const removeCodes = (text: string): string => text.replaceAll(codes, '…');
const codes =
  /(?<![\d+]|\d\.|\+\d{1,3} |0x[\da-f]{0,16}|\b(?:pid|port|process|line|errno|[rt]x|size|offset|length|[rt]x_bytes)[ =])(?:\d{6,9}|(?<![:\p{L}])\d{3}([ -])\d{3,4}(?:\1\d{3})?|(?<![:\p{L}])\d{2}([ -])\d{2}\2\d{2})(?!\d|\.\d|\s?(?:[mnuµ]?s|min|bytes?|k?B|[KM]i?B|%)(?![\p{L}\p{N}]))/giu;

type Replace = (whole: string, ...groups: string[]) => string;
const keep =
  (isHarmless: (text: string) => boolean): Replace =>
  (whole) =>
    isHarmless(whole) ? whole : '…';

const replacements: readonly (readonly [RegExp, Replace])[] = [
  // Keys and certificates
  [/-----BEGIN ([A-Z\d ]{1,40})-----[^-]*((?:-----END [A-Z\d ]{1,40}-----)?)/g, (_whole, kind, end) => `-----BEGIN ${kind}-----…${end}`],
  // Keys for one-time codes, data in addresses, SAML's answer to a client
  [/\b(otpauth(?::\/\/|%3A%2F%2F)|data:(?=[a-z]{1,20}\/)|globalprotectcallback:)[^\s"'<>]*/gi, (_whole, scheme) => `${scheme}…`],
  // After a name such as `password`, the rest of the line goes too, since nobody can tell where the secret ends
  [
    /((?:authorization|cookie|passw(?:or)?d|passwort|kennwort|contraseña|mot de passe|passphrase|passcode|palavra[ -](?:passe|chave)|senha|secret|credential|api[ _-]?key|SAMLResponse|SAMLRequest|RelayState|(?<![a-z])(?:pwd|pin|otp|totp|ticket|token))\w{0,20}(?: (?:temporária|provisória|inicial|nova|atual|única))?["']?\s{0,4}[:=])(.*)$/gim,
    (whole, name, rest) => (/^\s*["']?(?:true|false|null)\b/.test(rest) ? whole : `${name} …`),
  ],
  // The same of a gateway that speaks Chinese, where no blank shows the end of a word
  [
    /((?:密碼|密码|口令|令牌|(?:驗證|验证|通行|認證|认证|確認|确认|安全|校驗|動態|动态)碼|(?:验证|通行|认证|确认|安全|动态)码)(?:\s{0,4}[:=：＝]|[是為为]\s{0,4}(?=[\x21-\x7e])|\s{1,4}(?=[\x21-\x7e]{0,64}\d)))(.*)$/gm,
    (_whole, name) => `${name} …`,
  ],
  // In a sentence: `Your token is 8f3Kd92j`, `PIN 4829 accepted`
  [
    /\b((?:passw(?:or)?d|passphrase|passcode|secret|pin|otp|token|ticket)(?:(?: is| was)?\s|\s?[-=]>\s?)["'(]?)(?=[^\s"',;]*\d)[^\s"',;.]{4,}/gi,
    (_whole, before) => `${before}…`,
  ],
  [
    /(\b(?:(?:access|verification|security|one-time|login|sign-in) code|(?:your|o seu) (?:code|código)|código de (?:acesso|verificação|segurança|confirmação))(?: is| é)?[\s:=]{1,3})\d{4,12}(?!\d)/gi,
    (_whole, before) => `${before}…`,
  ],
  // Elements and fields of pages, and cookies as browsers list them
  [
    /(<(?:\w{1,20}:)?[\w-]{0,30}?(?:passw(?:or)?d|passcode|token|secret|pin|otp|cookie|ticket|SignatureValue|DigestValue|X509Certificate)[\w-]{0,20}(?:\s[^<>]{0,300})?>)[^<>]+/gi,
    (_whole, element) => `${element}…`,
  ],
  [/(<input\b[^<>]{0,400}?\bvalue\s?=\s?["']?)[^"'<>]+/gi, (_whole, before) => `${before}…`],
  [
    /(["']name["']\s{0,2}:\s{0,2}["'][^"'\n]{0,40}?(?:DSID|pass|token|secret|cookie|sess|otp|pin|ticket|SAML|webvpn|auth)[^"'\n]{0,40}["']\s{0,2},\s{0,2}["']value["']\s{0,2}:\s{0,2}["'])[^"'\n]+/gi,
    (_whole, before) => `${before}…`,
  ],
  [/\b(bearer|basic|negotiate|ntlm|digest)\s+(?!\w{1,30}=["'])[\w+/=.-]{8,}/gi, (_whole, scheme) => `${scheme} …`],
  // Cookies of sessions (Ivanti, Cisco, F5, Fortinet, GlobalProtect, web servers), and codes of sign-ins by OAuth
  [
    /((?<![a-z\d])(?:DS[A-Z]\w{0,30}|webvpn\w{0,20}|MRHSession|F5_ST|SVPNCOOKIE|SVPNNETWORKCOOKIE|\w{0,20}authcookie|\w{0,20}sess(?:ion)?_?(?:id|key)?|__(?:Host|Secure)-\w{1,40}|code|nonce|sid|sig|signature|assertion|csrf\w{0,10}|xsrf\w{0,10})["']?=["']?)[^\s&;,"']+/gi,
    (_whole, name) => `${name}…`,
  ],
  [
    /((?<![a-z\d])(?:DS(?:ID|[a-z]{4,20})|webvpn\w{0,3}|MRHSession|F5_ST|SVPNCOOKIE|\w{0,20}authcookie|sess(?:ion)?[_-]?id)["']?\s{0,2}:\s{0,2}["']?)[^\s"',;]+/gi,
    (_whole, name) => `${name}…`,
  ],
  // What a page is asked with, and a form that is sent
  [/\?[\w.%-]{1,60}=\S*/g, () => '?…'],
  [/(?<![\w.%-])([\w.%-]{1,60}=)[^\s&=]*&[\w.%-]{1,60}=\S*/g, (_whole, name) => `${name}…`],
  // JSON Web Tokens
  [/\beyJ[\w-]{8,}(?:\.[\w-]+){0,4}/g, () => '…'],
  // Keys for one-time codes, in base32 (RFC 4648)
  [/(?<![\w-])(?=[A-Z]*[2-7])(?=[2-7]*[A-Z])[A-Z2-7]{16,}(?![\w-])/g, () => '…'],
  [/(?<![\w-])(?=[A-Z -]{0,60}[2-7])[A-Z2-7]{4}(?:([ -])[A-Z2-7]{4})(?:\1[A-Z2-7]{4}){2,14}(?![\w-])/g, () => '…'],
  [/(?<![\w-])(?=[a-z]*[2-7][a-z]+[2-7])[a-z2-7]{16,}(?![\w-])/g, () => '…'],
  // Tickets, keys, hashes, long base64
  [/(?<![\w-])[\w-]{32,}(?![\w-])/g, keep(isWords)],
  [/(?<![\w+/=-])[A-Za-z\d+/]{24,}={0,2}(?![\w+/=-])/g, keep((text) => !isBase64(text))],
  [/(?<![\w-])[\w-]{16,31}(?![\w-])/g, keep((text) => !isRandom(text))],
];

/** `UNABLE_TO_GET_ISSUER_CERT_LOCALLY`, `a-very-long-name-of-a-file-or-setting`: only letters, in words of one case. */
function isWords(text: string): boolean {
  return /^(?:[A-Z]{1,20}(?:_[A-Z]{1,20})+|[a-z]{1,20}(?:[-_][a-z]{1,20})+)$/.test(text);
}

/** Not a path: a mark that only base64 has, or segments longer than names and of mixed letters and digits. */
function isBase64(text: string): boolean {
  if (text.includes('+') || text.endsWith('=')) return true;
  const segments = text.split('/');
  return text.length / segments.length >= 16 && isMixed(text);
}

/** Mixed letters and digits without words, or a long hexadecimal number. */
const isRandom = (text: string): boolean =>
  /^[\da-f]+$/i.test(text) ? /\d/.test(text) && /[a-f]/i.test(text) : text.length >= 20 && isMixed(text);
const isMixed = (text: string): boolean => /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text);
