import { commandLine as english } from '../../shared/messages/en/command-line.ts';
import type { Language } from '../../shared/messages/languages.ts';
import { commandLine as portuguese } from '../../shared/messages/pt/command-line.ts';
import { commandLine as chinese } from '../../shared/messages/zh-Hant/command-line.ts';

/** The manual page's own words. Commands, options and exit codes are those of `causeway help`. */
interface Words {
  readonly help: string;
  readonly name: string;
  readonly does: string;
  readonly use: string;
  readonly description: string;
  readonly about: string;
  readonly files: string;
  readonly policy: string;
  readonly helper: string;
  readonly settings: string;
}

const words: Readonly<Record<Language, Words>> = {
  'en': {
    help: english.help,
    name: 'NAME',
    does: 'sign in to a campus and carry traffic to it',
    use: 'USE',
    description: 'DESCRIPTION',
    about:
      'Signs in to the gateway of a campus and opens a tunnel, with the same code as the app of that name. If the app is running, a command does what the window’s buttons do.',
    files: 'FILES',
    policy: 'The administrator’s policy.',
    helper: 'Who may open a tunnel for the whole computer, and to which gateways.',
    settings: 'Settings and profiles.',
  },
  'pt': {
    help: portuguese.help,
    name: 'NOME',
    does: 'inicia sessão num campus e encaminha tráfego para lá',
    use: 'UTILIZAÇÃO',
    description: 'DESCRIÇÃO',
    about:
      'Inicia sessão no gateway de um campus e abre um túnel, com o mesmo código que a aplicação com esse nome. Se a aplicação estiver aberta, um comando faz o mesmo que os botões da janela.',
    files: 'FICHEIROS',
    policy: 'A política do administrador.',
    helper: 'Quem pode abrir um túnel para todo o computador, e para que gateways.',
    settings: 'Definições e perfis.',
  },
  'zh-Hant': {
    help: chinese.help,
    name: '名稱',
    does: '登入院校並傳送前往該處的流量',
    use: '用法',
    description: '說明',
    about: '登入院校的閘道並開啟通道，所用程式碼與同名的應用程式相同。如應用程式正在執行，命令的作用與視窗的按鈕相同。',
    files: '檔案',
    policy: '管理員的政策。',
    helper: '誰可為整部電腦開啟通道，以及可使用哪些閘道。',
    settings: '設定和設定檔。',
  },
};

/** A language's folder of manual pages. A reader of `zh_MO` or `pt_BR` finds that of the language (man-db, “ll_TT, then ll”). */
export const manualFolder: Readonly<Record<Language, string>> = { 'en': 'man1', 'pt': 'pt/man1', 'zh-Hant': 'zh/man1' };

/** The manual page of `causeway` (man(7)). */
export function manualPage(language: Language): string {
  const { help, name, does, use, description, about, files, policy, helper, settings } = words[language];
  const file = (path: string, text: string): string => `.TP\n.I ${path}\n${line(text)}\n`;
  return `.TH CAUSEWAY 1 "" "Causeway"
.ad l
.SH ${name}
causeway \\- ${line(does)}
.SH ${description}
${line(about)}
.SH ${use}
.nf
${help.split('\n').map(line).join('\n')}
.fi
.SH ${files}
${file('/etc/causeway/policy.json', policy)}${file('/etc/causeway/helper.json', helper)}${file('~/.config/Causeway', settings)}`;
}

/** A line as it is: no hyphen is broken at, and nothing at its beginning is a request of roff's. */
const line = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    // roff breaks lines at blanks, and Chinese has none. No line begins with its closing marks or ends with its opening ones
    .replaceAll(/([\p{Script=Han}，。、；：」）])(?=[\p{Script=Han}「（])/gu, '$1\\:')
    .replace(/^(?=[.'])/, '\\&');
