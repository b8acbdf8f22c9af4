import { decoded } from './encodings.ts';
import { isHostName } from './hosts.ts';
import { isStandIn } from './stand-ins.ts';

/** The text with stand-ins for the people that folders, labels and sentences name. E-mail addresses are {@link Redactor}'s. */
export function replacePeople(text: string, standInOf: (name: string) => string): string {
  const person = (name: string): string => (isStandIn(name) || name.startsWith('…') ? name : standInOf(decoded(name)));
  const labelled = (_whole: string, before: string, name: string): string => `${before}${person(name)}`;
  const ifName = (whole: string, before: string, name: string): string => (looksLikeUserId(name) ? labelled(whole, before, name) : whole);
  return text
    .replaceAll(homeWithBlanks, labelled)
    .replaceAll(homeFolder, (whole, parent: string, name: string, between?: string, next?: string) => {
      if (sharedFolders.has(name.toLowerCase())) return whole;
      if (between === undefined || next === undefined) return `${parent}${person(name)}`;
      if (groups.has(name.toLowerCase())) return `${parent}${name}${between}${person(next)}`;
      const isGroup = name.length <= 2 || /^[A-Z]{3,}$/.test(name) || isHostName(name);
      return `${parent}${person(name)}${between}${isGroup ? person(next) : next}`;
    })
    .replaceAll(tilde, labelled)
    .replaceAll(displayName, (_whole, name: string) => person(name))
    .replaceAll(beforeAddress, person)
    .replaceAll(directoryName, labelled)
    .replaceAll(userElement, labelled)
    .replaceAll(userField, labelled)
    .replaceAll(nameField, labelled)
    .replaceAll(ofHelper, (_whole, before: string, names: string) => `${before}${names.replaceAll(/[^\s,]+/g, person)}`)
    .replaceAll(opener, person)
    .replaceAll(quotedUser, labelled)
    .replaceAll(signedInAs, labelled)
    .replaceAll(namedUser, ifName)
    .replaceAll(domainUser, (whole, before: string, name: string) =>
      /^[a-z][a-z_-]*$/.test(name) ? labelled(whole, before, name) : ifName(whole, before, name),
    );
}

/** `mei.chan`, `dc012345`: no word of a sentence, file, host or version. */
function looksLikeUserId(name: string): boolean {
  if (isHostName(name) || /^v?\d+(?:\.\d+)*$/i.test(name)) return false;
  const [, end] = /\.([a-z]{1,6})$/.exec(name) ?? [];
  return end === undefined ? /\p{L}/u.test(name) && /\d/.test(name) : !fileEnds.has(end);
}
const fileEnds = new Set('json log js mjs cjs ts conf cfg ini txt xml plist yml yaml exe dll so sock sh pem crt p12 zip db'.split(' '));

/**
 * The folders of people, in paths and file addresses of all systems, with single or doubled separators, on drives, mounts and
 * shares (`\\server\home$\name`). Names may contain blanks on Windows. What follows the name may be the name, below a group.
 */
const homeFolder =
  /((?<=[\\/])(?:Users|home\d{0,2}|homes|media|Documents and Settings|Documents%20and%20Settings|DOCUME~\d|(?!ADMIN\$|IPC\$|print\$)[\w-]{2,32}\$|(?<=\b[a-z]:[\\/]{1,8})(?:User)?Profiles|(?<=[\\/]{2}[\w.-]{1,64}[\\/]{1,4})(?:Profiles|students|staff))(?:\\|\/){1,8})([^\\/:*?"'<>|\s]{1,64}(?: [^\\/:*?"'<>|\s]{1,64}){1,3}(?=[\\"'])|(?<=\b[a-z]:\/{1,8}(?:Users|(?:User)?Profiles)\/{1,8})[^\\/:*?"'<>|\s]{1,64}(?: [^\\/:*?"'<>|\s]{1,64}){1,3}(?=\/)|[^\\/:*?"'<>|\s,;()[\]{}]{1,128})(?:((?:\\|\/){1,8})([^\\/:*?"'<>|\s,;()[\]{}]{1,128}))?/gi;

/** `C:\Users\Mei Chan` at the end of a line, where no separator shows the end of the name. */
const homeWithBlanks =
  /((?<=\\)(?:[Uu]sers|USERS|Documents and Settings)\\{1,8})([^\\/:*?"'<>|\s]{1,64}(?: \p{Lu}[^\\/:*?"'<>|\s.,;]{0,63}){1,3})(?=["']|$)/gmu;

/** `~name/…`. */
const tilde = /((?<![\p{L}\p{N}.~_-])~)([a-z_][\w.-]{0,63})(?=\/)/giu;

/** What is in them and belongs to nobody. */
const sharedFolders = new Set(['shared', 'public', 'default', 'default user', 'all users', 'linuxbrew']);
/** Folders between the one for all people and that of one. */
const groups = new Set(['student', 'students', 'staff', 'faculty', 'alumni', 'users', 'alunos', 'docentes']);

/** `user=…`, `"username": "…"`, `用戶名稱：…`, with a Windows domain before the name or not. */
const userField =
  /((?<![\p{L}\p{N}])(?:user|user[ _-]?name|user[ _-]?id|login|login[ _-]?name|logname|account[ _-]?name|student[ _-]?(?:id|number)|staff[ _-]?(?:id|number)|upn|uid|sAMAccountName|REMOTE_USER|utilizador|usuário|número de aluno|用戶|用戶名|用戶名稱|用戶帳號|使用者|使用者名稱|帳戶|帳戶名稱|帳號|帳號名稱|學號|學生編號|職員編號|账号|用户名)["']?\s{0,4}[=:：]\s{0,4}["']?(?:[\w.-]{1,64}\\{1,4})?)([^\s"',;&()<>{}[\]\\/:=]{1,64})(?=["',;&)\s]|$)/gimu;

/** `displayName: Mei Chan`. */
const nameField =
  /((?<![\p{L}\p{N}])(?:display[ _-]?name|full[ _-]?name|given[ _-]?name|surname|nome completo|姓名)["']?\s{0,4}[=:：]\s{0,4}["']?)([^\s"',;&<>=:：][^"',;&<>\n=:：]{0,63})/gimu;

/** `"Mei Chan" <mei@…>`. */
const displayName = /("[^"<>\n]{1,60}"|\p{Lu}[\p{L}'’-]{0,30}(?: \p{Lu}[\p{L}'’-]{0,30}){1,3})(?= ?<[^\s<>@]{1,64}@)/gu;

/** `mei.chan@[10.0.0.1]`. */
const beforeAddress = /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}(?=@\[)/gu;

/** A person's name in a directory: `CN=Mei Chan,OU=Students,DC=campus,DC=test`. */
const directoryName =
  /(\bCN=)([^,/=+\n]{1,64})(?=,(?:[A-Za-z]{1,10}=[^,=\n]{1,64},){0,6}DC=|[,/] ?emailAddress=|(?<=emailAddress=[^,/\n]{1,64}[,/] ?CN=[^,/=+\n]{1,64}))/g;

/** `<NameID>…</NameID>`. */
const userElement = /(<(?:\w{1,20}:)?(?:NameID|user|user-?name|user-?id|login|upn)(?:\s[^<>]{0,300})?>)([^<>\s]{1,128})(?=<)/gi;

/** `user "mei"`. */
const quotedUser =
  /((?<![\p{L}\p{N}])(?:user|username|account|utilizador|用戶|使用者|帳戶)\s{0,2}["'“‘「])([^\s"'“”‘’「」]{1,64})(?=["'”’」])/giu;

/** What the service for system tunnels logs: `ready for mei, ana`, `there is no user mei`, `mei opens a tunnel to …`. */
const ofHelper = /((?<=: |^)(?:ready for |there is no user ))((?!nobody$)[^\s,]{1,64}(?:, [^\s,]{1,64}){0,100})$/gm;
const opener = /(?<=: |^)[^\s:]{1,64}(?= opens a tunnel to )/gm;

/** `logged in as mei`. */
const signedInAs = /((?<![\p{L}\p{N}])(?:logged|signed) (?:in|on) as )([^\s"'“”‘’,;:()<>]{1,64}(?<!\.))/giu;

/** `user mei.chan`, if the word is none of a sentence. */
const namedUser = /((?<![\p{L}\p{N}])(?:user|login|utilizador) )([\p{L}\p{N}][\p{L}\p{N}._-]{0,62}[\p{L}\p{N}])(?![\p{L}\p{N}_@\\/(-])/giu;

/** `CAMPUS\mei.chan`. */
const domainUser =
  /((?<![\p{L}\p{N}\\/:.$-])(?!HK)[A-Z][A-Z\d-]{1,14}\\{1,4})([\p{L}\p{N}][\p{L}\p{N}._-]{0,62}[\p{L}\p{N}])(?![\p{L}\p{N}_@\\/-])/gu;
