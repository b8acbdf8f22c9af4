import type { recovery as english } from '../en/recovery.ts';

/** What the recovery site says in Traditional Chinese. Buttons of the campus's guide have their English names too. */
export const recovery: typeof english = {
  service: '帳戶復原',
  title: '復原您的帳戶',
  lead: '供遺失登入認證設備的人士使用。請按一下您的身份。',
  roles: { student: '學生', staff: '教職員' },
  back: '返回',
  next: '下一步（Next）',
  get: '取得驗證碼（Get 2FA Passcode）',
  identity: {
    title: '您是誰？',
    userId: 'UMPASS 用戶 ID',
    dateOfBirth: '出生日期',
    lastFour: '身份證或護照號碼的最後 4 個字元',
    verify: '驗證（Verify）',
  },
  need: {
    title: '您需要甚麼？',
    lead: '選擇一項，然後按一下「Next」。',
    passcodeHint: '9 位數字，一小時內可代替您的設備',
  },
  password: {
    title: 'UMPASS 密碼',
    question: '請輸入 UMPASS 密碼',
    whose: '用戶：{user}',
    label: 'UMPASS 密碼',
  },
  passcode: {
    title: '您的 2FA Passcode',
    keep: '請複製或記住它：只會顯示一次。',
    good: '有效期至 {time}，可在校外連線時使用一次，並在設備網站使用一次。加入設備後即失效。',
    thenTitle: '接下來',
    then: '開啟設備網站，選擇「Add a new Device」，按一下「Enter a Passcode」，然後輸入這 9 位數字。',
    shown: '已經顯示過。如果您沒有保存，請取得新的驗證碼；舊的會隨即失效。',
  },
};
