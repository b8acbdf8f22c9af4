import type { Messages } from '../catalogue.ts';

/** What stands in a sentence where a failure came without that detail; see the English ones. */
export const unknown: Messages['unknown'] = {
  folder: '存放資料的位置',
  endedAt: '不明時間',
  host: '伺服器',
  issuer: '另一個機構',
  proxy: '另一種代理伺服器',
  scheme: '其他方式',
  address: '該網址',
  left: '部分設定',
  days: '幾天',
  campus: '您的院校',
  key: '某個項目',
  file: '某個檔案',
  user: '另一位用戶',
  component: 'Causeway 的某個組件',
  gateway: '該閘道',
  network: '另一個 VPN',
  untilAt: '稍後',
  nextCodeAt: '半分鐘後',
  line: '？',
  column: '？',
  name: '該名稱',
  text: '訊息內容是空白的。',
  found: '版本不明',
  agent: 'Causeway',
  system: '這個系統',
  offered: '其他名稱',
  allowed: 'docs/profiles.md 列出的字詞',
  version: '較新',
  signedAt: '較早的日期',
  nowDateAt: '今天',
};

/** Words of ours that code fills into a failure; see the English ones. */
export const failureWords: Messages['failureWords'] = {
  found: { 'TLS 1.2 without safe renegotiation': 'TLS 1.2，不支援安全重新協商', '3DES or RC4': '3DES 或 RC4' },
};

const checkNetwork = '請檢查這部電腦能否上網，然後再試一次。';
const callHelpDesk = '請致電服務中心，並讀出下方的代碼。';
const persists = '請再試一次。如問題持續，請致電服務中心，並讀出下方的代碼。';
const hotel = '在酒店或咖啡店，請先開啟任何網頁並登入其 Wi-Fi，然後再試一次。';

/** Every failure in Traditional Chinese: its name, what happened, what to do. */
export const failures: Messages['failures'] = {
  // Reaching the gateway
  'gateway-unreachable': { title: '校園系統沒有回應', happened: '這部電腦無法連線到 {host}。', todo: checkNetwork },
  'local-network': {
    title: '無法存取本地網絡',
    happened: '{host} 位於這部 Mac 所在的網絡，但 macOS 不允許連線。',
    todo: '請在「系統設定」→「私隱與保安」→「本地網絡」開啟 Causeway，然後再試一次。如已開啟，{host} 可能已關機。',
  },
  'gateway-name-unknown': {
    title: '找不到網址',
    happened: '這個網絡找不到 {host}。',
    todo: '請檢查這部電腦能否上網。在酒店或咖啡店，請先開啟任何網頁並登入其 Wi-Fi。',
  },
  'gateway-silent': {
    title: '校園系統沒有及時回應',
    happened: '{host} 沒有回覆。',
    todo: '請再試一次。如問題持續，請改用其他網絡。',
  },
  'gateway-not-secure': {
    title: '無法建立安全連線',
    happened: '{host} 沒有提供安全連線。回應的可能是其他設備。',
    todo: hotel,
  },
  'old-tls': {
    title: '校園系統的加密方式過舊',
    happened: '{host} 使用舊版 TLS（{found}），可能被人中途破解。沒有傳送任何資料。',
    todo: '請告知服務中心：閘道需要 TLS 1.2 或更新版本，並支援安全重新協商。政策可以允許使用舊版。',
  },
  'gateway-protocol': {
    title: '這不是閘道',
    happened: '{host} 有回應，但並非校園閘道的回應。',
    todo: '請在「設定」檢查院校，或致電服務中心：網址可能已更改。',
  },
  'gateway-closed': {
    title: '校園系統關閉了連線',
    happened: '當時您正在 {host} 登入。',
    todo: '請再試一次。',
  },
  'gateway-busy': {
    title: '校園系統繁忙',
    happened: '{host} 目前不接受更多連線。',
    todo: '請等候數分鐘，然後再試一次。',
  },
  'campus-trouble': {
    title: '校園系統發生問題',
    happened: '校園系統表示目前無法處理。這不是您的錯。',
    todo: '請等候數分鐘，然後再試一次。如問題持續，請致電服務中心。',
  },
  'captive-portal': {
    title: '這個網絡須先登入',
    happened: '這個網絡把您轉到 {host}，而不是校園系統；酒店和咖啡店的 Wi-Fi 常會這樣。',
    todo: '請先在登入網頁登入，待電腦能上網後再試一次。',
  },
  'path-drops-long': {
    title: '較大的封包無法送達',
    happened: '前往 {host} 途中，較大的封包會無聲無息地遺失，因此網頁和下載會停頓。',
    todo: '請使用供整部電腦使用的通道（封包較短），或改用其他網絡。請告知這個網絡的管理員。',
  },
  'tunnel-leftover': {
    title: '通道留下了未清理的設定',
    happened: '通道結束時沒有清理，遺留了 {left}，因此部分名稱和地址可能無法使用。',
    todo: '請啟動 Causeway 的輔助服務進行清理：sudo systemctl start causeway-helper；或重新啟動電腦。',
  },
  'proxy-unreachable': {
    title: '這個網絡的代理伺服器沒有回應',
    happened: '這部電腦經由 {host} 上網，但無法連線到這個代理伺服器。',
    todo: '請檢查系統網絡設定中的代理伺服器，或改用其他網絡。',
  },
  'proxy-rejected': {
    title: '代理伺服器拒絕登入',
    happened: '{host} 不接受該用戶名稱和密碼。',
    todo: '請重新輸入這個網絡的用戶名稱和密碼，而不是院校的。',
  },
  'proxy-sign-in-kind': {
    title: '代理伺服器要求其他登入方式',
    happened: '{host} 要求以 {scheme} 登入。Causeway 只能提供用戶名稱和密碼（Basic）。',
    todo: '請資訊科技部門讓校園閘道不經代理伺服器，或提供接受 Basic 的代理伺服器；也可改用其他網絡。',
  },
  'proxy-kind': {
    title: 'Causeway 無法使用這個代理伺服器',
    happened: '這個網絡經由 {proxy}。Causeway 可使用 HTTP、HTTPS 及 SOCKS 代理伺服器。',
    todo: '請檢查系統網絡設定中的代理伺服器，或請資訊科技部門提供以上其中一種；也可改用其他網絡。',
  },
  // Certificates
  'certificate-untrusted': {
    title: '無法確認身份',
    happened: '這部電腦無法核實 {host} 是否真的屬於您的院校。可能有人冒充。',
    todo: '如您不熟悉目前的網絡，請勿繼續。請向服務中心查詢是否已更換證書。',
  },
  'certificate-changed': {
    title: '伺服器的密鑰已改變',
    happened: '{host} 的密鑰與之前記錄的不同。可能有人冒充。',
    todo: '請勿登入。請改用其他網絡，並告知服務中心。',
  },
  'certificate-wrong-host': {
    title: '不正確的伺服器',
    happened: '以 {host} 名義回應的伺服器，其證書屬於另一個名稱。',
    todo: hotel,
  },
  'certificate-expired': {
    title: '證書已過期或未生效',
    happened: '以這部電腦的日期和時間計算，{host} 的證書無效。',
    todo: '請檢查這部電腦的時鐘。如時間正確，請告知服務中心。',
  },
  'certificate-incomplete': {
    title: '缺少部分證書',
    happened: '{host} 的證書由「{issuer}」簽發，但伺服器沒有送出「{issuer}」的證書。',
    todo: '這通常是校方的問題：請告知服務中心，伺服器欠缺中繼證書。',
  },
  'certificate-declined': {
    title: '未連線',
    happened: '您沒有接受 {host} 的證書。',
    todo: '請與服務中心核對數碼指紋，然後再試一次。',
  },
  // Signing in
  'notice-declined': {
    title: '已拒絕校方通告',
    happened: '您拒絕了校方的通告，因此校園系統結束了登入。',
    todo: '如要繼續，請再次連線並選擇「繼續（Proceed）」。',
  },
  'sign-in-rejected': {
    title: '用戶 ID 或密碼不正確',
    happened: '校園系統不接受這個用戶 ID 和密碼。',
    todo: '請檢查用戶 ID 有沒有打錯，並按一下眼睛圖示（顯示密碼）查看密碼。Caps\u00a0Lock 有沒有開啟？',
  },
  'answer-rejected': {
    title: '資料不獲接受',
    happened: '校園系統不接受您填寫的內容。',
    todo: '請閱讀校園系統顯示的說明，然後再試一次。',
  },
  'sign-in-timed-out': {
    title: '登入時間過長',
    happened: '校園系統只等候數分鐘。',
    todo: '請再試一次。您輸入的內容仍然保留。',
  },
  'account-locked': {
    title: '帳戶已鎖定',
    happened: '錯誤次數過多。{untilAt} 起才可再次登入校園系統。',
    todo: '請於該時間後再試。如有急需，請致電服務中心。',
  },
  'account-locked-out': {
    title: '帳戶已鎖定',
    happened: '錯誤次數過多。校園系統沒有說明何時可再次嘗試。',
    todo: '請稍後再試。如有急需，請致電服務中心。',
  },
  'choice-not-offered': {
    title: '沒有「{name}」這個選項',
    happened: '校園系統提供的選項：{offered}。',
    todo: '請選擇其中一項。如沒有您的選項，請向服務中心查詢。',
  },
  'no-gateway': {
    title: '您沒有獲分配閘道',
    happened: '您已登入 {host}，但您的帳戶沒有可用的閘道。',
    todo: callHelpDesk,
  },
  'gateway-says': {
    title: '校方訊息',
    happened: '{text}',
    todo: '您的連線不受影響。',
  },
  'password-ends': {
    title: '您的密碼即將到期',
    happened: '校園閘道表示，密碼到期前尚餘日數：{days}。',
    todo: '請在到期前按校方指引更改密碼。',
  },
  'no-second-factor': {
    title: '沒有可用的第二重驗證',
    happened: '校園系統沒有您的設備或復原驗證碼的記錄。',
    todo: '請選擇「遺失手機」取得復原驗證碼。',
  },
  'passcode-wrong': {
    title: '驗證碼不正確',
    happened: '校園系統不接受這個驗證碼。',
    todo: '請檢查每個數字，並確認是手機上最新的驗證碼。',
  },
  'passcode-used': {
    title: '驗證碼已使用過',
    happened: '每個驗證碼只能使用一次。',
    todo: '請等手機顯示下一個驗證碼，然後輸入。',
  },
  'passcode-expired': {
    title: '驗證碼已失效',
    happened: '這個驗證碼已過期。',
    todo: '請輸入手機上最新的驗證碼，或取得新的復原驗證碼。',
  },
  'push-denied': {
    title: '推送通知被拒絕',
    happened: '有人在手機上選擇了「Deny」。',
    todo: '如果是您誤按，請再傳送一次。如果不是您本人，請立即更改密碼。',
  },
  'push-timed-out': {
    title: '推送通知未獲回應',
    happened: '限時內沒有人批准。',
    todo: '請把手機解鎖，再傳送一次，或改為輸入驗證碼（無須上網）。',
  },
  'push-refused-at-once': {
    title: '登入立即被拒絕',
    happened: '手機未及回應，校園系統已經拒絕：可能密碼不正確，或校園系統不會通知您的手機。',
    todo: '請檢查密碼，然後再傳送一次，或改為輸入驗證碼。',
  },
  'push-superseded': {
    title: '推送通知已被取代',
    happened: '已有較新的推送通知，或該設備已被移除。',
    todo: '請批准最新的通知，或再傳送一次。',
  },
  'push-left': {
    title: '手機上可能仍有推送通知',
    happened: '您在第二重驗證的網頁結束了登入，但網頁可能已傳送推送通知。',
    todo: '請勿批准。請選「Deny」，或不予理會。',
  },
  'call-not-confirmed': {
    title: '來電未獲確認',
    happened: '沒有人在手機上確認，或電話未能接通。',
    todo: '請要求再次來電，或改為輸入驗證碼。',
  },
  'factor-unknown': {
    title: '無法確認身份',
    happened: '輸入的既不是驗證碼，也不是校園系統提供的方式。',
    todo: '請選擇以下其中一種方式，或輸入完整的驗證碼。',
  },
  'session-limit': {
    title: '同時連線的電腦過多',
    happened: '您登入的電腦數目已達校園系統的上限。',
    todo: '請在其中一部電腦斷開連線，然後再試一次。',
  },
  'browser-closed': {
    title: '登入網頁已關閉',
    happened: '校園系統尚未確認登入，您便關閉了網頁。',
    todo: '如要繼續，請再次開啟網頁。',
  },
  'browser-strayed': {
    title: '登入網頁轉到了其他網站',
    happened: '網頁轉到 {host}，但院校的設定檔沒有列出這個主機。',
    todo: '如可選擇，請改用自己的瀏覽器；否則請致電服務中心。',
  },
  'page-refused': {
    title: '校園系統不讓您登入',
    happened: '{host} 表示登入失敗。',
    todo: '請再試一次。如再次失敗，請把網頁的說明告知服務中心。',
  },
  'page-signed-out': {
    title: '您已登出',
    happened: '{host} 顯示了登出後的網頁。',
    todo: '如要繼續，請再次登入。',
  },
  'new-password-wanted': {
    title: '校園系統要求新密碼',
    happened: '{host} 要求設定新密碼，但網頁在設定前已關閉。',
    todo: '請再次登入並在網頁設定新密碼，或致電服務中心。',
  },
  'pulse-refused': {
    title: '閘道要求其他登入方式',
    happened: '{host} 拒絕本程式使用「pulse」協定。您的密碼沒有問題。',
    todo: '請向服務中心索取使用「nc」協定、在院校網頁登入的設定檔。',
  },
  'browser-slow': {
    title: '網頁載入時間過長',
    happened: '{host} 尚未載入完成。',
    todo: '請稍候，或重新載入網頁。如問題持續，請取消並改用其他網絡。',
  },
  'browser-cookies': {
    title: '網頁的 Cookie 過大',
    happened: '{host} 因為自己設定的 Cookie 而拒絕顯示網頁。',
    todo: '請重新開始：Causeway 會先刪除 Cookie。如問題持續，請致電服務中心。',
  },
  'browser-crashed': {
    title: '網頁已停止運作',
    happened: '{host} 的網頁意外結束。',
    todo: '請重新開始。如問題持續，請致電服務中心。',
  },
  'browser-port': {
    title: '瀏覽器無法返回 Causeway',
    happened: '院校網頁須經連接埠 29786 返回這部電腦，但該連接埠已被其他程式佔用，或 IPv6 已關閉。',
    todo: '請關閉其他 VPN 程式（尤其是 Cisco 的），然後再試一次。',
  },
  'browser-answer': {
    title: '無法理解瀏覽器的回覆',
    happened: '瀏覽器傳回的內容不屬於這次登入：可能來自舊分頁，或這部電腦的其他程式。',
    todo: '請關閉舊的登入分頁，再重新開啟登入網頁。',
  },
  'client-certificate-missing': {
    title: '需要您的證書',
    happened: '登入 {host} 須使用個人證書。',
    todo: '請選擇校方提供的檔案，檔名通常以 .p12 或 .pem 結尾。',
  },
  'client-certificate-unreadable': {
    title: '無法開啟證書',
    happened: '{file} 沒有包含證書和私人密鑰，或證書密碼不正確。',
    todo: '請重新輸入證書密碼，或選擇其他檔案。',
  },
  'client-certificate-rejected': {
    title: '證書不獲接受',
    happened: '{host} 不接受您的證書。',
    todo: '證書可能已過期。請向服務中心索取新的證書。',
  },
  'client-refused': {
    title: '校園系統不接受本程式',
    happened: '{host} 拒絕本程式；它看到的名稱是「{agent}」，系統是「{system}」。您的密碼沒有問題。',
    todo: '請把這兩個名稱告知服務中心。這部電腦的管理員可在政策中改用其他名稱。',
  },
  'system-refused': {
    title: '校園系統不接受這個作業系統',
    happened: '{host} 拒絕使用「{system}」的電腦。您的密碼沒有問題。',
    todo: '請向服務中心查詢接受哪些作業系統。這部電腦的管理員可在政策中報告其他系統。',
  },
  'host-check': {
    title: '校園系統要先檢查電腦',
    happened: '{host} 要求檢查這部電腦，而 Causeway 無法提供該項檢查。',
    todo: '請向服務中心查詢能否免檢查連線。',
  },
  'codes-key-invalid': {
    title: '這不是驗證碼的密鑰',
    happened: '貼上的內容既不是 otpauth:// 網址，也不是由字母和數字組成的密鑰。',
    todo: '請到院校的網頁重新複製密鑰。',
  },
  // The session
  'ticket-rejected': {
    title: '連線已結束',
    happened: '校園系統已不再接受這次連線。',
    todo: '請再次連線，並重新登入。',
  },
  'session-expired': { title: '連線已結束', happened: '連線時間已到。', todo: '如要繼續，請再次連線。' },
  'session-idle': {
    title: '連線已結束',
    happened: '連線閒置了一段時間，因此校園系統把它關閉。',
    todo: '如要繼續，請再次連線。',
  },
  'session-revoked': {
    title: '校方結束了連線',
    happened: '校方的管理人員關閉了您的連線。',
    todo: '請致電服務中心查詢原因。',
  },
  'session-replaced': {
    title: '已在其他電腦登入',
    happened: '您在另一部電腦連線，取代了這裡的連線。',
    todo: '如要在這裡繼續，請再次連線。',
  },
  'gateway-gone': {
    title: '校園系統一直沒有恢復',
    happened: '{host} 已有半小時以上沒有回應，因此 Causeway 不再嘗試。',
    todo: '這部電腦能上網後，請再次連線，並重新登入。',
  },
  'left-campus': {
    title: '您已離開校園',
    happened: '這部電腦已離開校園，所以 Causeway 正在恢復您的連線。',
    todo: '不用做任何事。如果不久後仍未連線，請再次登入。',
  },
  'cannot-extend': {
    title: '未能延長連線',
    happened: '校園系統不再延長這次連線。',
    todo: '請先做完手上的事，然後再次連線。',
  },
  // The tunnel
  'tunnel-dropped': {
    title: '連線中斷',
    happened: '與 {host} 的連線中斷了。',
    todo: 'Causeway 會自動重新連線。如不想等，請按一下「立即重試」。',
  },
  'ticket-too-long': {
    title: '無法連接校園',
    happened: '您已登入，但 {host} 發出的連線資料（ticket）過長，這部電腦的 openconnect 無法處理。',
    todo: '請資訊科技部門安裝 OpenConnect 9.12 或更新版本。',
  },
  'tunnel-refused': { title: '無法連接校園', happened: '您已登入，但 {host} 沒有開啟連線。', todo: callHelpDesk },
  'tunnel-down': {
    title: '未連線',
    happened: '這個網頁須連接校園才能開啟，但目前沒有連線。',
    todo: '請等待連線恢復，或再次連線。',
  },
  'tunnel-failed': {
    title: '通道未能開啟',
    happened: '您已登入 {host}，但無法經由它傳送資料。',
    todo: persists,
  },
  'helper-missing': {
    title: '未安裝系統通道',
    happened: '這部電腦的系統通道輔助服務沒有回應。',
    todo: '請資訊科技部門安裝。如設定檔的通道只供 Causeway 使用，則無須安裝。',
  },
  'helper-denied': {
    title: '這部電腦不允許',
    happened: '這部電腦的管理員沒有允許您開啟到 {host} 的系統通道。',
    todo: '請資訊科技部門允許，並讀出下方的代碼。',
  },
  'gateway-unproven': {
    title: '無法在此證明閘道的身份',
    happened: '系統通道只信任這部電腦的管理員指定的密鑰或機構，當中沒有一項能證明 {host} 的身份。',
    todo: '請資訊科技部門指定其密鑰或證書簽發機構，並讀出下方的代碼。',
  },
  'tunnel-taken': {
    title: '其他人正在連線',
    happened: '{user} 已在這部電腦開啟通道，而同一時間只能有一個通道。',
    todo: '請對方斷開連線，然後再試一次。',
  },
  'other-vpn': {
    title: '另一個 VPN 正在運作',
    happened: '這部電腦的資料正經由 {network} 傳送。同時使用兩個 VPN 會互相干擾。',
    todo: '如院校的網頁無法載入，請關閉另一個 VPN。',
  },
  'host-not-allowed': {
    title: '不獲允許',
    happened: '校園系統不允許經這次連線前往 {host}。',
    todo: '請返回設備網站。',
  },
  'host-unreachable': {
    title: '無法開啟網頁',
    happened: '{host} 沒有回應校園閘道。',
    todo: '請稍後重新載入。',
  },
  'host-ipv6': {
    title: '無法經這個通道前往',
    happened: '{host} 是 IPv6 地址，但校園閘道沒有為通道分配 IPv6 地址。',
    todo: '如有名稱，請改用名稱，或向服務中心查詢。',
  },
  'names-silent': {
    title: '無法查詢網站地址',
    happened: 'Causeway 查詢 {host} 的地址時，校園的 DNS 伺服器沒有回應。',
    todo: '請稍後重新載入。',
  },
  'names-none': {
    title: '無法查詢網站地址',
    happened: '校園閘道沒有指定 DNS 伺服器，因此 Causeway 無法查詢 {host} 的地址。',
    todo: '請告知服務中心。以數字表示的地址（IP 地址）仍可使用。',
  },
  'streams-full': {
    title: '連線過多',
    happened: '經由通道開啟的連線過多，無法再連線到 {host}。',
    todo: '請關閉不需要的網頁，然後重新載入。',
  },
  'host-name-unknown': {
    title: '找不到網站',
    happened: '校園網找不到 {host}。',
    todo: '請檢查網址，或致電服務中心。',
  },
  // The portal view
  'portal-unreachable': {
    title: '設備網站沒有回應',
    happened: '您已連線，但 {host} 沒有回應。',
    todo: '請稍後重新載入。',
  },
  'portal-certificate': {
    title: '無法確認設備網站的身份',
    happened: '{host} 的證書未獲院校確認。',
    todo: '請勿繼續。請告知服務中心。',
  },
  'portal-left': {
    title: '即將離開設備網站',
    happened: '網頁要開啟 {host}，但這不屬於設備網站。',
    todo: '如有需要，請在瀏覽器中開啟。',
  },
  'portal-sign-in': {
    title: '未能登入設備網站',
    happened: '設備網站不接受這次連線的登入。',
    todo: '請在網頁以用戶 ID 和密碼登入。',
  },
  // Recovery
  'recovery-identity': {
    title: '資料不相符',
    happened: '校方的記錄中沒有符合的資料。',
    todo: '請檢查用戶 ID、出生日期和證件號碼最後 4 個字元。為保障您的帳戶，系統不會指出哪一項有誤。',
  },
  'recovery-password': {
    title: '密碼不正確',
    happened: '校園系統不接受這個密碼。',
    todo: '請按一下眼睛圖示（顯示密碼）查看密碼。Caps\u00a0Lock 有沒有開啟？',
  },
  'recovery-limited': {
    title: '嘗試次數過多',
    happened: '{untilAt} 起才可在校園系統再次嘗試。',
    todo: '請於該時間後再試。如有急需，請致電服務中心。',
  },
  'recovery-unreachable': {
    title: '復原網站沒有回應',
    happened: '這部電腦無法連線到 {host}。',
    todo: checkNetwork,
  },
  'recovery-timed-out': {
    title: '復原已逾時',
    happened: '校園系統核實身份後，只保留十分鐘。',
    todo: '請重新開始：選擇「遺失手機」。',
  },
  'recovery-unavailable': {
    title: '不提供復原驗證碼',
    happened: '您的院校不經 Causeway 提供復原驗證碼。',
    todo: '請致電服務中心，職員可協助您登入。',
  },
  // Settings, profiles, keychain
  'settings-damaged': {
    title: '設定已重設',
    happened: '無法讀取設定檔案。原檔案已保留為 {file}。',
    todo: '如您的院校不在其中，請重新加入。',
  },
  'settings-repaired': {
    title: '無法讀取部分設定',
    happened: '這些設定已回復預設值，其餘不變。原檔案已保留為 {file}。',
    todo: '請查看「設定」；如您的院校不在其中，請重新加入。',
  },
  'settings-newer': {
    title: '設定來自較新的版本',
    happened: '這些設定由較新的 Causeway 寫入。原檔案已保留為 {file}。',
    todo: '如要取回這些設定，請更新 Causeway。',
  },
  'settings-unwritable': {
    title: '無法儲存設定',
    happened: '這部電腦不允許 Causeway 寫入設定。',
    todo: '請騰出磁碟空間，否則更改的設定在程式結束後不會保留。',
  },
  'folder-unusable': {
    title: '無法讀取您的設定',
    happened: '這部電腦不允許 Causeway 讀取資料夾 {folder}。這次會以全新狀態啟動，而且不會保留任何內容。',
    todo: '請資訊科技部門恢復您對該資料夾的權限，然後再次啟動 Causeway。原有內容仍在資料夾內。',
  },
  'policy-ignored': {
    title: '沒有採用這部電腦的政策',
    happened: '資訊科技部門為這部電腦作的設定（{file}）已損壞，或其他人也可寫入。',
    todo: '請告知資訊科技部門。Causeway 會在沒有政策的情況下繼續。',
  },
  'policy-unreadable': {
    title: '無法讀取這部電腦的政策',
    happened: '資訊科技部門為這部電腦作的設定（{file}）已損壞。',
    todo: '請告知資訊科技部門。修正之前，凡政策可禁止的功能，Causeway 一律禁止。',
  },
  'policy-repaired': {
    title: '無法識別部分政策',
    happened: '資訊科技部門為這部電腦作的設定（{file}）中，有 Causeway 無法識別的項目：{key}。其餘照常生效。',
    todo: '請告知資訊科技部門，或略過並繼續。',
  },
  'policy-campuses': {
    title: '院校由資訊科技部門指定',
    happened: '這部電腦的政策不允許加入院校。',
    todo: '請從清單選擇院校，或請資訊科技部門加入您的院校。',
  },
  'policy-gateways': {
    title: '不允許使用這個閘道',
    happened: '這部電腦的政策不允許 {campus} 的任何閘道。',
    todo: '請資訊科技部門允許：{gateway}。',
  },
  'policy-locked': {
    title: '這一項由資訊科技部門設定',
    happened: '這一項由這部電腦的政策決定。',
    todo: '請資訊科技部門更改。',
  },
  'keychain-absent': {
    title: '沒有鑰匙圈',
    happened: '這部電腦沒有可儲存密碼的鑰匙圈。',
    todo: '請每次輸入密碼。',
  },
  'keychain-too-long': {
    title: '內容過長，無法儲存',
    happened: 'Windows 的鑰匙圈最多儲存 2,560 個位元組，內容超出上限，因此沒有儲存。',
    todo: '請每次輸入。',
  },
  'saved-password-removed': {
    title: '已移除所儲存的密碼',
    happened: '校園系統不接受儲存在這部電腦的密碼，因此已不再儲存。',
    todo: '請輸入目前的密碼。如要再次儲存，請剔選「在這部電腦記住我」。',
  },
  'keychain-locked': {
    title: '鑰匙圈已鎖定',
    happened: '這部電腦的鑰匙圈須先解鎖，才能讀取密碼。',
    todo: '請把鑰匙圈解鎖，或這次自行輸入密碼。',
  },
  'page-sign-in-damaged': {
    title: '已失去保留的網頁登入',
    happened: '為 {campus} 保留的網頁登入已無法讀取，因此 Causeway 已把它刪除。',
    todo: '請在網頁再次登入。如仍選擇保持登入，便會再次保留。',
  },
  'page-sign-in-not-kept': {
    title: '未能保留網頁登入',
    happened: '這部電腦不允許 Causeway 保留您在 {campus} 網頁的登入。',
    todo: '請把鑰匙圈解鎖，或騰出磁碟空間。目前您仍在登入狀態。',
  },
  'page-sign-in-too-many': {
    title: '只保留了部分網頁登入',
    happened: '{host} 設定的 Cookie 超過 Causeway 的上限，因此全部不保留。',
    todo: '該網站可能會較常要求登入。目前您仍在登入狀態。',
  },
  'page-sign-in-stays': {
    title: '未能移除網頁登入',
    happened: 'Causeway 已不再使用保留的網頁登入，但這部電腦不允許移除檔案 {file}。',
    todo: '請再次啟動 Causeway：它會再次嘗試。',
  },
  'profile-invalid': {
    title: '這不是院校的設定檔',
    happened: '無法讀取：{key} 缺漏或有誤。',
    todo: '請向服務中心索取新的設定檔。',
  },
  'profile-syntax': {
    title: '這不是院校的設定檔',
    happened: '內容不是格式正確的 JSON：請看第 {line} 行第 {column} 欄。',
    todo: '如檔案由您編寫，請修正該處。否則請向服務中心索取新的設定檔。',
  },
  'profile-choice': {
    title: '這不是院校的設定檔',
    happened: '其中的「{key}」只能是以下其中一項：{allowed}。',
    todo: '如檔案由您編寫，請修正。否則請向服務中心索取新的設定檔。',
  },
  'profile-dropped': {
    title: '略過了設定檔的一部分',
    happened: '在 {file} 中，以下內容不明或有誤，因此沒有使用：{key}。',
    todo: '如檔案由您編寫，請修正。否則請告知服務中心。',
  },
  'profile-file-missing': {
    title: '找不到檔案',
    happened: '檔案 {file} 不存在，或無法讀取。',
    todo: '請檢查檔名和資料夾。',
  },
  'profile-not-found': {
    title: '這個網址沒有設定檔',
    happened: '{address} 沒有提供 Causeway 設定檔。',
    todo: '請按校方指引檢查網址，或選擇設定檔（.causeway 檔案）。',
  },
  'profile-unreachable': {
    title: '沒有回應',
    happened: '這部電腦無法連線到 {address}。',
    todo: '請檢查網址，以及這部電腦能否上網。',
  },
  'profile-none': {
    title: '沒有這間院校',
    happened: 'Causeway 找不到這間院校。',
    todo: '請先以網址或設定檔（.causeway 檔案）加入院校。',
  },
  'campus-not-found': {
    title: '找不到這間院校',
    happened: 'Causeway 找不到名為 {name} 的院校。',
    todo: '請輸入院校的網址或您的電郵地址。如不確定，請向院校的服務中心查詢。',
  },
  'profile-untried': {
    title: '這個設定檔未經試用',
    happened: '{campus} 的設定檔由 Causeway 附帶，內容根據公開網頁編寫。',
    todo: '如院校有提供設定檔，請使用院校的設定檔。',
  },
  'campus-managed': {
    title: '這間院校已經設定',
    happened: '這部電腦的管理員已設定 {campus}。',
    todo: '請從院校清單選擇。',
  },
  'component-missing': {
    title: '這部電腦缺少組件',
    happened: '連線到此閘道需要 {component}，但尚未安裝。',
    todo: '請重新安裝 Causeway，或請資訊科技部門安裝。在 Debian：sudo apt install openconnect',
  },
  'app-needed': {
    title: '這次登入需要 Causeway 的視窗',
    happened: '這間院校須在網頁登入，而終端機無法顯示網頁。',
    todo: '請開啟 Causeway 並在視窗中連線，然後可用 causeway status 查看狀態。',
  },
  'component-altered': {
    title: 'Causeway 的組件被更改',
    happened: '{component} 不是 Causeway 原來附帶的，因此 Causeway 不會使用它。',
    todo: '請重新安裝 Causeway。如問題持續，請致電服務中心，並讀出下方的代碼。',
  },
  'temporary-folder': {
    title: '沒有空間進行連線',
    happened: 'Causeway 需要在暫存檔案中建立一個小資料夾（{folder}），但這部電腦不允許。',
    todo: '請騰出磁碟空間，然後再試一次。如空間足夠，請向資訊科技部門查詢誰可寫入該資料夾。',
  },
  'component-failed': {
    title: 'Causeway 的組件已停止',
    happened: '{component} 在運作途中結束。',
    todo: persists,
  },
  'roots-late': {
    title: '這部電腦沒有及時回應',
    happened: '要核實 {host} 的身份，須查詢這部電腦信任哪些機構，但半分鐘內沒有結果。沒有傳送任何資料。',
    todo: '請再試一次。如問題持續，可能是監察網絡的程式造成阻礙：請向資訊科技部門查詢。',
  },
  'control-foreign': {
    title: '其他人代 Causeway 回應',
    happened: '這部電腦的另一位用戶，佔用了命令列用來尋找 Causeway 的名稱。沒有向其傳送任何資料。',
    todo: '請使用 Causeway 的視窗，並重新啟動電腦。如問題持續，請致電服務中心，並讀出下方的代碼。',
  },
  'versions-differ': {
    title: 'Causeway 有兩個版本',
    happened: '{component} 與向它發出要求的程式版本不同，兩者無法溝通。',
    todo: '請結束 Causeway 後重新開啟，或重新啟動電腦。如問題持續，請資訊科技部門只保留一個版本。',
  },
  // Our own house
  'parts-missing': {
    title: '缺少 Causeway 的組件',
    happened: '找不到 Causeway 附帶的資料夾 {folder}，因此無法登入某些閘道。',
    todo: '請重新安裝 Causeway。',
  },
  'sandbox-off': {
    title: '網頁的隔離程度較低',
    happened: 'Causeway 啟動時沒有開啟網頁沙箱（--no-sandbox）。如這部電腦不允許沙箱，AppImage 便會這樣啟動。',
    todo: '請改用適合您系統的 Causeway 套件，或請資訊科技部門允許用戶命名空間。',
  },
  'update-unreachable': {
    title: '更新伺服器沒有回應',
    happened: '提供 Causeway 更新的 {host} 沒有回應。',
    todo: '請檢查這部電腦能否上網。Causeway 會自動再試。',
  },
  'update-untrusted': {
    title: '不是我們的更新',
    happened: '更新伺服器提供的內容沒有 Causeway 製作者的簽署，因此沒有下載任何內容。',
    todo: '請告知資訊科技部門或服務中心。Causeway 會維持現狀。',
  },
  'update-invalid': {
    title: '無法讀取更新資料',
    happened: '更新伺服器的資料不符合規則：{key}。',
    todo: '請告知資訊科技部門或服務中心。Causeway 會維持現狀。',
  },
  'update-expired': {
    title: '更新資料已過期',
    happened: '更新伺服器的資料有效至 {endedAt}。這部電腦的時間是 {nowDateAt}。',
    todo: '請檢查這部電腦的時鐘。如時間正確，請告知資訊科技部門：Causeway 可能欠缺安全修正。',
  },
  'update-clock': {
    title: '這部電腦的時鐘不正確',
    happened: '更新伺服器的回應於 {signedAt} 簽署。這部電腦的時間是 {nowDateAt}。',
    todo: '請調校這部電腦的時鐘，否則 Causeway 無法判斷哪些更新仍然有效。',
  },
  'update-older': {
    title: '更新伺服器的資料較舊',
    happened: '伺服器的資料比 Causeway 之前收到的更舊，因此不予採用。',
    todo: '通常會自行恢復。如持續數天，請告知資訊科技部門。',
  },
  'update-damaged': {
    title: '更新檔案已損壞',
    happened: '{file} 不是經簽署的檔案，已刪除。',
    todo: 'Causeway 會自動再試。如再次發生，請改用其他網絡。',
  },
  'update-disk-full': {
    title: '沒有空間存放更新',
    happened: '這部電腦的磁碟已滿。',
    todo: '請騰出磁碟空間。Causeway 會自動再試。',
  },
  'update-unwritable': {
    title: '無法儲存更新',
    happened: '這部電腦不允許 Causeway 儲存更新。',
    todo: '請告知服務中心。Causeway 會維持現狀。',
  },
  'update-not-installed': {
    title: '更新未安裝',
    happened: 'Causeway 上次結束時應更新至 {version} 版本，但沒有成功。',
    todo: '下次結束時會再試。如再次發生，請告知服務中心，或自行安裝新版本。',
  },
  'report-not-saved': {
    title: '報告未能儲存',
    happened: 'Causeway 無法在該處寫入 {file}。',
    todo: '請選擇另一個資料夾，或改為複製報告。',
  },
  'fault-ended': {
    title: 'Causeway 曾經需要關閉',
    happened: '程式於 {endedAt} 發生內部錯誤，因此自行結束。',
    todo: '如再次發生，請把最新的記錄檔傳送給服務中心。「設定」會顯示記錄檔的位置。',
  },
  'session-interrupted': {
    title: 'Causeway 意外關閉',
    happened: '程式在連線到 {campus} 期間停止，沒有為您登出。',
    todo: '如要繼續，請再試一次。您已完成的步驟仍然有效。',
  },
  'sign-in-interrupted': {
    title: 'Causeway 意外關閉',
    happened: '程式在登入 {campus} 期間停止。',
    todo: '請再試一次。您輸入的內容沒有保留。',
  },
  'recovery-interrupted': {
    title: 'Causeway 意外關閉',
    happened: '程式在向 {campus} 取得驗證碼期間停止。',
    todo: '請再試一次，取得新的驗證碼。',
  },
  'link-invalid': {
    title: '無法理解連結',
    happened: 'Causeway 無法執行這個連結的要求。',
    todo: '請開啟 Causeway，選擇您需要的項目。',
  },
  'request-invalid': { title: '無法理解', happened: '收到無法理解的要求。', todo: callHelpDesk },
  'not-now': {
    title: '情況已改變',
    happened: '您按下之前，畫面已經改變。',
    todo: '請查看目前的畫面，然後再試一次。',
  },
  'cancelled': { title: '已取消', happened: '您已取消。', todo: '準備好後請再次連線。' },
  'internal': {
    title: 'Causeway 發生問題',
    happened: '這是程式的問題，與您的操作無關。',
    todo: persists,
  },
};
