import type { PolicyMessages } from '../policy-messages.ts';

/** Keys, groups and faults of the policy in Traditional Chinese as it is written in Macau. */
export const policy: PolicyMessages = {
  product: 'Causeway',
  about: '校外安全連線程式 Causeway 的設定。',
  recommended: '用戶可更改的預設值',
  supported: 'Causeway {version} 或更新版本',
  groups: {
    campuses: '院校與閘道',
    signIn: '登入',
    security: '安全',
    connection: '連線',
    app: '應用程式',
    updates: '更新',
    support: '支援',
    programs: '程式與程式庫',
  },
  keys: {
    profiles: {
      title: '為所有人設定的院校',
      text: '最多二十間院校；本電腦的所有用戶無須確認即可使用。每一項是一個 .causeway 檔案的絕對路徑、設定檔內容本身，或一個網址連同其伺服器可用的密鑰：{"address": "https://campus.example", "pins": ["密鑰的 SHA-256（base64）"]}。檔案及其所有上層資料夾只可由管理員寫入。每次連線時重新讀取檔案；網址則每次執行讀取一次。用戶不能移除這些院校。',
    },
    addProfiles: {
      title: '允許用戶加入院校',
      text: '用戶可否透過搜尋、網址、檔案或連結自行加入院校。如不允許，用戶只能使用政策設定的院校及之前已加入的院校，命令列亦不接受檔案中的設定檔。未設定時為允許；無法理解的值視為不允許。',
    },
    allowedGateways: {
      title: '允許的閘道',
      text: 'Causeway 登入時只可聯絡的閘道：vpn.campus.example、vpn.campus.example:8443，或 *.campus.example（只代表多一層名稱）。設定檔的其他閘道不會使用；沒有任何獲允許閘道的設定檔不能加入，亦不能連線。未設定時不限。空白清單或不是清單的值：全部不允許。獲允許的閘道可把登入轉到其所屬的其他閘道。',
    },
    rememberPasswords: {
      title: '允許用戶儲存密碼',
      text: '用戶可否把密碼儲存在本電腦的鑰匙圈。如不允許，不會提供此選項，之前儲存的密碼不會使用，並會從鑰匙圈移除。未設定時為允許；無法理解的值視為不允許。',
    },
    keptCodes: {
      title: '允許用戶儲存一次性驗證碼的密鑰',
      text: '用戶可否把一次性驗證碼的密鑰儲存在本電腦的鑰匙圈，讓程式代為填寫。必須在此及院校的設定檔中同時允許，因為第二重驗證會因此存放在電腦上。未設定時為不允許。',
    },
    keepPageSignIns: {
      title: '允許用戶保留院校網頁的登入',
      text: '用戶可否在本電腦保留院校登入網頁的登入狀態（「記住這部設備」），條件是院校的設定檔亦允許，且本電腦能加密。不允許時，之前保留的登入會在下次啟動時刪除。未設定時為允許；無法理解的值視為不允許。',
    },
    certificates: {
      title: '未獲信任的伺服器證書',
      text: '遇到本電腦及院校的設定檔均不信任的伺服器時的處理方法。無法理解的值視為拒絕。',
      choices: {
        ask: '詢問：用戶查看數碼指紋後自行決定；設定檔指明了證書簽發機構或密鑰時除外',
        strict: '一律拒絕：不會詢問用戶，之前接受的證書亦無效',
      },
    },
    oldTls: {
      title: '使用舊版 TLS 的閘道',
      text: '遇到最高只支援 TLS 1.1、不支援安全重新協商（RFC 5746）的 TLS 1.2，或只支援 3DES 及 RC4 的閘道時的處理方法。無法理解的值視為拒絕。',
      choices: { refuse: '拒絕：不能登入，並向用戶說明原因', allow: '允許：用戶可以登入' },
    },
    wildcardHosts: {
      title: '登入網頁主機的萬用字元',
      text: '設定檔可否以 *.sso.campus.example 之類的樣式（只代表一層名稱）列出登入網頁的主機。否則 Causeway 會略過該項並指出。對任何人都可註冊名稱的網域（*.com、*.edu.mo）及接收密碼的表單，樣式一律無效。未設定時為不允許。',
    },
    sandboxRequired: {
      title: '必須使用沙箱',
      text: '沒有 Chromium 沙箱（--no-sandbox）時，程式是否拒絕執行；拒絕時會說明原因並結束。在程式不能建立用戶命名空間的系統上，AppImage 的啟動程式會加上該參數。未設定時為不需要；無法理解的值視為需要。',
    },
    tunnel: {
      title: '通道類型',
      text: '不論設定檔如何，前往其他廠商閘道的資料以何種方式傳送。使用本產品閘道的院校不受影響。',
      choices: { profile: '按設定檔', app: '只供本程式使用，無須管理員權限', system: '供整部電腦使用，經由輔助服務' },
    },
    trustedNetwork: {
      title: '校園內部網絡',
      text: '按設定檔的探測判斷電腦身在校園時，是否無須登入即可使用設備網站。無法理解的值視為不理會。',
      choices: { profile: '按設定檔', ignore: '不理會探測：在任何地方都須登入' },
    },
    keepAlive: {
      title: '保持通道暢通的查詢',
      text: '其他廠商閘道的通道在沒有資料傳送時，是否每分鐘發出一次小型查詢，以免途中的設備中斷該連線。',
      choices: { profile: '按設定檔；設定檔沒有說明時同樣保持，除非閘道已說明連線閒置多久便結束', always: '總是', never: '永不' },
    },
    quickConnect: {
      title: '在視窗以外連線',
      text: '通知區域、causeway://connect 連結及指令 causeway connect --quick 是否可以連線。通知區域會立即連線，連結則先詢問。如不可以，會開啟視窗，由用戶按「連線」。未設定時為可以；無法理解的值視為否。',
    },
    alwaysConnect: {
      title: '在校外自動連線',
      text: '用戶在校外時（由設定檔中的探測判斷），Causeway 是否自動連線。它會恢復仍然有效的連線，否則會停在登入畫面並發出通知：不會自行送出密碼，也不會令任何手機響起。用戶斷開連線後會暫停，直到他們再次連線、過了一天，或 Causeway 再次啟動。無法理解的值視為關閉。',
    },
    userAgent: {
      title: '向閘道報告的程式名稱',
      text: '登入、通道及所有其他要求中向其他廠商閘道報告的 User-Agent。最多 200 個可列印的 ASCII 字元。未設定時為 AnyConnect-compatible Causeway。GlobalProtect 及 Fortinet 閘道會收到 openconnect 為其協定所用的名稱。',
    },
    reportedSystem: {
      title: '向閘道報告的作業系統',
      text: '向其他廠商閘道報告的作業系統。未設定時為本電腦的作業系統。',
      choices: { 'linux': 'Linux（32 位元）', 'linux-64': 'Linux（64 位元）', 'win': 'Windows', 'mac-intel': 'macOS' },
    },
    language: {
      title: '語言',
      text: '程式的語言。',
      choices: { 'system': '與本電腦相同', 'en': '英文', 'pt': '葡萄牙文', 'zh-Hant': '繁體中文' },
    },
    startAtSignIn: { title: '登入電腦時啟動', text: '用戶登入本電腦時，Causeway 是否在通知區域啟動。' },
    updates: {
      title: '更新',
      text: '個人安裝的 Causeway 是否自動更新。為整部電腦安裝的（MSI、pkg、deb）一律不會自動更新，不受此設定影響。作為預設值時，用戶可在「設定」更改。無法理解的值視為關閉。',
      choices: {
        automatic: '在用戶結束 Causeway 或按「立即重新啟動」時自動更新',
        it: '只由資訊科技部門更新：Causeway 不會尋找更新，並在「設定」說明',
        off: '關閉：Causeway 不會尋找更新',
      },
    },
    updateChannel: {
      title: '更新頻道',
      text: '自動更新的 Causeway 採用哪些版本。無法理解的值視為所有人的版本。',
      choices: { stable: '所有人的版本', beta: '先行試用的版本' },
    },
    updateFeed: {
      title: '更新伺服器',
      text: '存放版本檔案副本的資料夾的 https 網址，例如 https://mirror.campus.example/causeway，不得包含名稱、密碼、「?」或「#」。其中的檔案必須經此 Causeway 發行者簽署，與其他伺服器相同。不會跟隨重新導向。none：沒有伺服器。未設定：發行者的伺服器。無法理解的值視為 none。',
    },
    helpDesk: {
      title: '服務中心',
      text: '用戶可向誰求助。此設定取代所有設定檔中的服務中心。',
      fields: { name: '名稱', phone: '電話', email: '電郵', address: '網址（https）' },
    },
    managedBy: {
      title: '本電腦由誰管理',
      text: '用戶在被政策鎖定的設定旁看到的說明。',
      fields: { name: '名稱', caption: '給用戶的一句說明', address: '聯絡地址（https、mailto 或 tel）' },
    },
    logLevel: {
      title: '記錄的詳細程度',
      text: 'Causeway 在這部電腦的記錄中寫入多少內容。立即生效。不論詳細程度如何，均不會寫入密碼、驗證碼、連線憑據或用戶輸入的內容。',
      choices: {
        error: '只記錄 Causeway 本身的錯誤',
        info: '亦記錄登入及連線如何開始和結束',
        debug: '亦記錄登入及連線的每個步驟，以及 OpenConnect 的報告（不含數值）',
      },
    },
    openconnectFrom: {
      title: '使用哪一個 OpenConnect',
      text: 'Causeway 從何處取得 OpenConnect 的程式庫及程式。指明路徑的設定優先。',
      choices: {
        either: '安裝程式附帶的；在 Linux 上如不能使用則用系統的',
        installer: '只用安裝程式附帶的',
        system: '只用系統的（Linux）',
      },
    },
    library: {
      title: 'libopenconnect',
      text: '登入時唯一使用的 libopenconnect 的路徑。未設定時依「使用哪一個 OpenConnect」。命令 causeway doctor 會顯示所用的是哪一個。',
    },
    openconnect: {
      title: 'openconnect（不再使用）',
      text: '已不再讀取，因為程式自行傳送通道的資料。輔助服務的 openconnect 在 helper.json 設定。',
    },
    ocproxy: { title: 'ocproxy（不再使用）', text: '已不再讀取，因為程式自行傳送通道的資料。' },
    hostCheckWrapper: {
      title: '回應閘道對電腦的檢查',
      text: '回應閘道對電腦檢查的程式的路徑。未設定時，Causeway 只會說明閘道要求檢查。',
    },
  },
  faults: {
    'unknown': 'Causeway 不認識這個名稱',
    'wrong': '值的類型不正確或不獲允許',
    'repeated': '重複出現，無法判斷以哪一個為準',
    'profile': '設定檔無法使用',
    'not-administrators': '所在位置可由一般用戶寫入，因此無效',
    'untrusted': '管理員以外的人也可能寫入，因此全部無效',
    'unreadable': '已損壞或無法讀取，因此凡可由它禁止的功能一律禁止',
    'unused': '已不再讀取',
    'newer': '為較新版本的 Causeway 而寫；本版本認識的部分仍然有效',
  },
  faultDetails: {
    'no JSON object': '不是 JSON 物件',
    'not a file': '不是檔案',
    'larger than 2 MiB': '大於 2 MiB',
    'not a path of this system': '不是這個系統的路徑',
    'missing, or others than an administrator could have written it': '檔案不存在，或管理員以外的人可以寫入',
  },
};
