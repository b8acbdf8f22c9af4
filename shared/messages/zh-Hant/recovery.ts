import type { Messages } from '../catalogue.ts';

/** The recovery screens in Traditional Chinese. */
export const recovery: Messages['recovery'] = {
  purpose: '遺失手機',
  loading: { title: '正在連接復原網站', lead: '正在等待 {campus} 回應。' },
  failed: { title: '未能取得復原驗證碼' },
  identity: {
    title: '核實您的身份',
    lead: '校園系統核對記錄後，會給您一個驗證碼，代替手機使用。',
    role: '您在 {campus} 的身份',
    roleMissing: '請先選擇身份。',
    dateOfBirth: '出生日期',
    dateHint: '年、月、日，例如 {example}。',
    dateWrong: '請輸入年、月、日，例如 {example}。',
    lastFour: '身份證或護照號碼最後 4 個字元',
    lastFourHint: '字母或數字，例如 1234 或 56A7。',
    get: '取得驗證碼（Get 2FA Passcode）',
    getting: '正在與校方記錄核對…',
    missing: '請先填寫「{label}」。',
    lastFourWrong: '必須是 4 個字母或數字。',
  },
  passcode: {
    title: '您的復原驗證碼',
    lead: '這個驗證碼可代替手機。Causeway 會用它連線，到設備網站時也可再用。',
    leadPage: '這個驗證碼可代替手機：連線時用一次，在設備網站再用一次。Causeway 會一直顯示，方便您兩次使用。',
    valid: '有效期至 {untilAt}',
    expired: '已失效。請取得新的驗證碼。',
    reveal: '顯示驗證碼',
    hide: '隱藏驗證碼',
    copy: '複製驗證碼',
    copied: '已複製，60 秒後清除',
    use: '使用驗證碼並繼續',
    next: '繼續加入新設備',
    held: '復原驗證碼',
  },
  site: {
    title: '取得復原驗證碼',
    lead: '院校的復原網頁已在瀏覽器開啟。請複製最後顯示的驗證碼，回到這裡貼上一次即可。',
    steps: [
      '按一下您的身份。',
      '填寫用戶 ID、出生日期，以及身份證或護照號碼最後 4 個字元，然後按一下「Verify」。',
      '選擇「Get 2FA Passcode」，然後按一下「Next」。',
      '輸入密碼，然後按一下「Next」。',
      '複製「2FA Passcode」。',
    ],
    next: '已取得驗證碼，加入新設備',
  },
};
