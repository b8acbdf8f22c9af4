import type { Messages } from '../catalogue.ts';

/** The recovery screens in Traditional Chinese. */
export const recovery: Messages['recovery'] = {
  purpose: '遺失手機',
  loading: { title: '正在聯絡復原網站', lead: '等待 {campus} 回應。' },
  failed: { title: '未能開始復原' },
  identity: {
    title: '證明是您本人',
    lead: '校園系統會與記錄核對，然後給您一個代替手機的驗證碼。',
    role: '您在 {campus} 的身份',
    roleMissing: '請先選擇身份。',
    dateOfBirth: '出生日期',
    dateHint: '年、月、日，例如 {example}。',
    dateWrong: '請輸入年、月、日，例如 {example}。',
    lastFour: '身份證或護照號碼最後 4 個字元',
    lastFourHint: '字母或數字，例如 1234 或 56A7。',
    get: '取得驗證碼（Get 2FA Passcode）',
    getting: '正在與校園記錄核對…',
    missing: '請先填寫「{label}」。',
    lastFourWrong: '必須是 4 個字母或數字。',
  },
  passcode: {
    title: '您的復原驗證碼',
    lead: '它代替您的手機。Causeway 會用它連線一次，並備妥供設備網站使用。',
    leadPage: '它代替您的手機：一次用於連線，一次用於設備網站。Causeway 會為這兩次備妥。',
    valid: '有效期至 {untilAt}',
    expired: '已失效。請取得新的驗證碼。',
    reveal: '顯示驗證碼',
    hide: '隱藏驗證碼',
    copy: '複製驗證碼',
    copied: '已複製，60 秒後清除',
    use: '使用驗證碼並繼續',
    next: '繼續：加入新設備',
    held: '復原驗證碼',
  },
  site: {
    title: '取得復原驗證碼',
    lead: '校園的復原網頁已在瀏覽器開啟。請複製最後顯示的驗證碼，並在這裡貼上一次。',
    steps: [
      '按一下您的身份。',
      '填寫用戶 ID、出生日期，以及身份證或護照號碼最後 4 個字元，然後按一下「Verify」。',
      '選擇「Get 2FA Passcode」，然後按一下「Next」。',
      '輸入密碼，然後按一下「Next」。',
      '複製「2FA Passcode」。',
    ],
    next: '已取得：加入新設備',
  },
};
