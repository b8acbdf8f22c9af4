import type { phone as english } from '../en/phone.ts';

/** What the pocket phones say in Traditional Chinese. */
export const phone: typeof english = {
  phones: '模擬手機',
  phonesLead: '每一部都代表一部裝有 Duo Mobile 的手機。這裡的操作不會傳到真實的手機。',
  noPhone: '沒有手機。',
  standIn: '{phone} · Causeway 的模擬手機，並非真正的應用程式',
  noAccount: '尚未有帳戶。請點選「+」按鈕，掃描電腦螢幕上的二維碼。',
  request: {
    label: '登入請求',
    question: '是您正在登入嗎？',
    from: { gateway: 'VPN 登入 · {account}', portal: '設備網站 · {account}' },
    number: '螢幕上的數字',
    wrongNumber: '這不是螢幕上的數字。',
    approve: '批准（Approve）',
    deny: '拒絕（Deny）',
  },
  add: {
    title: '加入帳戶',
    back: '返回',
    code: '啟用碼',
    codeHint: '顯示於電腦上的頁面',
    picture: '或選擇二維碼的圖片',
    name: '新名稱',
    nameHint: '例如「我的平板電腦」',
    submit: '加入',
    problems: {
      'no-name': '請為帳戶命名。',
      'no-code': '請貼上啟用碼，或選擇二維碼的圖片。',
      'bad-code': '此啟用碼無效，可能已使用過或已過期。',
      'no-qr-code': '此圖片中沒有二維碼。',
      'bad-picture': '未能完成。請選擇 2 MB 以內的 PNG 圖片，其中的二維碼須未使用過。',
    },
  },
};
