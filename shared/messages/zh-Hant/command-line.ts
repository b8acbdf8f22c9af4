import type { commandLine as english } from '../en/command-line.ts';
import { plural } from '../plural.ts';

/** What to do in a terminal, where the failure's own advice is for the window. */
const todo: typeof english.todo = {
  'captive-portal': '請在瀏覽器開啟 {address} 並登入，然後再次連線。',
  'gateway-protocol': '請檢查設定檔中的網址，或致電服務中心：網址可能已更改。',
  'notice-declined': '如要繼續，請再次連線並輸入 yes。',
  'sign-in-rejected': '請檢查用戶 ID 有沒有打錯，並重新輸入密碼。Caps Lock 有沒有開啟？',
  'choice-not-offered': '請指明其中一項：在設定檔、回答檔案或 --choose 中。',
  'no-second-factor': '請在 Causeway 的視窗選擇「遺失手機」，取得復原驗證碼。',
};

/** What the command line says in Traditional Chinese. Words that are typed stay as they are. */
export const commandLine: typeof english = {
  help: `用法：causeway 命令 [選項]

命令
  profiles              這部電腦上的院校
  profiles NAME         顯示一間院校、一個 .causeway 檔案，或 Causeway 附帶的院校的
                        全部內容
  connect PROFILE|FILE  登入並保持連線，直至按下 Ctrl-C。以設定檔的 id、.causeway 檔案，
                        或 Causeway 附帶院校的名稱、網址或電郵網域，指明院校
  connect --quick       同上，使用上次的院校
  status                這裡或視窗中的連線狀態
  disconnect            斷開連線
  portal [PROFILE|FILE] 在視窗開啟設備網站，或顯示其網址
  doctor [PROFILE|FILE] 檢查已安裝、可連線及信任的項目，並說明處理方法
  report [PROFILE|FILE] 製作給服務中心的報告：在此顯示，加上 --save 才會儲存，
                        不會傳送任何內容
  explain CODE          說明用戶向服務中心讀出的代碼
  policy                這部電腦的管理員所作的設定、設定的位置，以及當中的問題
  help                  這份說明

選項
  --answers FILE        無人操作時使用的回答，只可由您讀取（模式 0600）。見 docs/command-line.md
  --choose NAME         校園系統提供多個選項時，所選組別、身份或閘道的名稱
  --app-tunnel PORT     在本機此連接埠提供通往校園的 HTTP 代理，供其他程式使用；0 表示任何連接埠
  --show-secret         在 --json 的事件中也顯示該代理的密鑰
  --save FILE           顯示報告後將其儲存：純文字，檔名以 .zip 結尾則為壓縮檔
  --json                以事件輸出到標準輸出，每行一個
  --user-data-dir DIR   使用另一個資料夾存放設定和設定檔
  --version             版本

結束代碼
  0 按要求結束   2 用法錯誤   3 被閘道拒絕   4 第二重驗證失敗
  5 無法連線     6 證書       7 連線已結束   8 缺少組件`,
  usage: {
    needsCode: '請指明代碼：causeway explain，後接十二個數字和字母。',
    codeWrong: '這不是代碼，或其中一個字元聽錯了。代碼由 12 個下列字元組成：2 3 4 5 6 7 8 9 C F G H J M P Q R V W X。',
    codeUnknown: '代碼正確，但這個版本不認識它的錯誤。請使用較新的版本。',
    saveForReport: '--save 只可與 report 一起使用。',
    noCommand: '請指明命令：causeway help 會列出所有命令。',
    unknownCommand: '沒有「{command}」這個命令：causeway help 會列出所有命令。',
    unknownOption: '沒有 {option} 這個選項：causeway help 會列出所有選項。',
    needsValue: '{option} 之後須有一個值：見 causeway help。',
    noValue: '{option} 不接受值。',
    needsProfile: '請指明設定檔：其 id、.causeway 檔案，或 Causeway 附帶的院校。也可用 connect --quick 連接上次的院校。',
    severalCampuses: '多間院校使用這個名稱。請以 id 指明其中一間：{ids}。',
    tooMany: '多了一個詞：「{word}」。',
    port: '--app-tunnel 接受 0 至 65535 的連接埠。',
    notForThis: '--{option} 只可用於連線命令 connect。',
    noProfiles: '尚未加入任何院校。請在視窗加入，或指明其 .causeway 檔案。',
    noTerminal: '無法向任何人提問：請在終端機執行，或以 --answers FILE 提供回答檔案。',
    unixTerminal:
      '這個視窗不是 Windows 主控台，無法在此提問：請在 Windows Terminal、PowerShell 或 cmd 執行，或以 --answers FILE 提供回答檔案。',
    unanswered: '閘道提出的問題不在回答檔案中（{what}），而且沒有終端機可以提問。',
    portTaken: '這部電腦的連接埠 {port} 已被佔用。',
    busy: '已連線到 {campus}。請先斷開連線：causeway disconnect',
    otherProfile: 'Causeway 的視窗正在執行，但沒有與此檔案內容相同的設定檔。請在視窗加入，或結束 Causeway。',
    answersFile: '無法使用 {file} 中的回答：{why}。',
    answersUnreadable: '無法讀取',
    answersNotAFile: '不是一般檔案',
    answersTooLarge: '檔案過大',
    answersOthers: '其他人可以讀取；請把模式設為 0600',
    answersOwner: '檔案不屬於您',
    answersNotJson: '不是 JSON',
    answersWrong: '不正確或不認識：{keys}',
  },
  policy: {
    none: '這部電腦沒有政策。',
    managedBy: '這部電腦由 {who} 管理。',
    key: '{key}: {value}',
    notSet: '未設定',
    from: { enforced: '    來自 {place}，用戶不能更改', default: '    預設值，來自 {place}' },
    overrides: '    取代 {place} 的 {value}',
    fault: '    {place} 的 {key}：{why}{detail}',
    wholeFault: '{place}：{why}{detail}',
    detail: '（{detail}）',
  },
  profile: '{id}  {name}  ({gateways}; {protocol}, {tunnel})',
  state: {
    'idle': '未連線。',
    'checking': '正在檢查您是否在校園內…',
    'on-campus': '您在校園內：無須 VPN。',
    'contacting': '正在連接 {gateway}…',
    'asking': '正在登入 {gateway}。',
    'opening': '已登入。正在建立校園連線…',
    'connected': '已以 {user} 連線到 {gateway}，至 {untilAt}。按 Ctrl-C 斷開連線。',
    'reconnecting': '連線中斷：{why} 正在重新連線，無須第二重驗證。',
    'closing': '正在斷開連線…',
  },
  connectedWithoutEnd: '已以 {user} 連線到 {gateway}。按 Ctrl-C 斷開連線。',
  statusConnected: '已以 {user} 連線到 {gateway}，由 {sinceAt} 開始。',
  expiring: '連線將於 {untilAt} 結束。',
  portalState: {
    'unknown': '',
    'up': '設備網站有回應。',
    'down': '設備網站沒有回應。',
    'dns-failed': '經這個連線找不到設備網站的地址。',
  },
  holder: { 'app': '在 Causeway 的視窗中。', 'command-line': '在另一個終端機中。' },
  ended: '已斷開連線。',
  nothing: '目前沒有連線。',
  leaving: '立即離開。',
  proxy: '供其他程式使用的代理：http://{user}:{secret}@127.0.0.1:{port}',
  portalOpened: '已在 Causeway 的視窗開啟設備網站。',
  attention: '{title}。{happened}{todo}',
  again: '{title}。{todo}',
  todo,
  ask: {
    number: '編號',
    numberOrName: '編號，或名稱的一部分',
    yes: 'yes',
    proceed: '繼續（Proceed）？如要繼續，請輸入 yes：',
    proceedYes: 'proceed',
    compare: '請致電服務中心，請職員讀出數碼指紋。每一組都相同才可接受。如未能聯絡服務中心，請按 Enter：不會傳送任何資料。',
    certificate: '服務中心讀出的數碼指紋必須完全相同，才可輸入 yes：',
    pick: '請輸入 1 至 {count} 的編號，或名稱的一部分。',
    more: plural('  … 另有 {count} 項。輸入名稱的一部分即可搜尋。'),
    noneCalled: '沒有這個名稱。請輸入名稱的另一部分，或 1 至 {count} 的編號。',
    approve: '請在手機上批准，或按 Enter 改用驗證碼。',
    approveOver: '請在手機上批准，然後按 Enter：',
    waiting: plural('校園系統可能正在您的手機上要求確認。最多等待 {count} 秒。'),
    pushNumber: '請在手機輸入這個數字：{number}',
    withdrawn: '已在其他地方回應。',
    codeWaiting: plural('正在等待新的驗證碼，尚餘 {count} 秒。'),
    codeOrYours: '驗證碼會自動填入；您也可自行輸入。',
    approved: '手機已回應。',
    certificateFile: '您的證書檔案（.p12 或 .pem）',
    passphrase: '證書密碼',
    proxyUser: '代理伺服器 {host} 的用戶名稱',
    proxyPassword: '代理伺服器的密碼',
    ownBrowser: '登入 {host} 須使用這部電腦上您自己的瀏覽器。按 Enter 顯示網址：',
    openThis: '請在這部電腦的瀏覽器開啟以下網址；登入後這裡會自動繼續：\n{address}',
  },
  reportSaved: '已儲存為 {file}。',
  explain: {
    head: '{failure}，步驟 {step}，版本 {version}，系統 {platform}',
    noFailure: '沒有錯誤',
    sees: '用戶看到：{title}。{happened}{todo}',
    ask: '詢問：{ask}',
    act: '處理：{act}',
  },
  doctor: {
    ok: '正常  {says}',
    attention: '注意  {says}{todo}',
    missing: '缺少  {says}{todo}',
    policyDetails: '政策詳情見 causeway policy。',
    addProfile: '請在視窗加入院校，或指明其 .causeway 檔案：causeway doctor FILE。',
  },
};
