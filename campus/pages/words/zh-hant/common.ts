import { plural } from '../../../../shared/messages/plural.ts';
import type { common as english } from '../en/common.ts';

/** What the pages of every site say, in Traditional Chinese. */
export const common: typeof english = {
  layout: {
    skip: '跳到主要內容',
    languages: '語言',
    foot: 'Causeway 附帶的模擬校園，不會觸及任何真實帳戶。',
  },
  clock: {
    until: '至 {time}',
    at: '{time}',
    seconds: '{count} 秒',
    inSeconds: '{count} 秒後',
    now: '現在',
    inMinutes: plural('{count} 分鐘後'),
  },
  copy: { copy: '複製', copied: '已複製' },
  triesLeft: plural('還可以嘗試 {count} 次。'),
  errors: {
    400: { title: '收到的資料不完整', text: '請返回上一頁，再試一次。' },
    403: { title: '此表格已失效', text: '表格開啟時間過久，或在另一個視窗開啟。請從首頁重新開始。' },
    404: { title: '沒有此頁面', text: '網址可能有誤，或該頁面已不存在。' },
    405: { title: '此頁面不能這樣使用', text: '請從首頁重新開始。' },
    413: { title: '資料太大', text: '請返回上一頁，傳送較小的資料。' },
    500: { title: '系統發生問題', text: '這不是您的錯。請再試一次；如問題持續，請聯絡服務中心。' },
    failed: '未能完成',
    firstPage: '前往首頁',
  },
  failures: {
    'sign-in-rejected': 'UMPASS 用戶 ID 與密碼不相符。請檢查兩者，並檢查 Caps Lock 是否已開啟。',
    'portal-sign-in': '這次登入已使用過或已逾時。請在此登入。',
    'account-locked': '嘗試失敗次數過多，帳戶已鎖定至 {time}（{left}）；之後請再試一次。',
    'passcode-wrong': '驗證碼不正確。請檢查數字後再試一次。',
    'passcode-used': '此驗證碼已使用過。請等待下一個，然後輸入。',
    'passcode-expired': '此驗證碼已過期。請輸入現在顯示的驗證碼，或取得新的 2FA Passcode。',
    'push-superseded': '已無法向此設備傳送請求。請選擇其他設備。',
    'recovery-identity': '您輸入的資料與記錄不符。請逐項檢查後再試一次。',
    'recovery-password': '密碼不正確。請檢查 Caps Lock 是否已開啟，然後再試一次。',
    'recovery-limited': '嘗試次數過多。您可在 {time}（{left}）後再試。',
    'recovery-timed-out': '已超過允許的時間。請重新開始。',
    'settings-unwritable': '目前無法儲存，因此沒有作出任何更改。請幾分鐘後再試一次；如問題持續，請聯絡服務中心。',
    'request-invalid': '收到的資料不完整。請檢查您輸入的內容，然後再試一次。',
    'other': '未能完成。請再試一次。',
  },
};
