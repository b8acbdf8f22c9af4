import type { Messages } from '../catalogue.ts';
import { plural } from '../plural.ts';

/** The guide beside the device portal. The portal's button names stay in English, as its pages have them. */
export const guide: Messages['guide'] = {
  steps: {
    'add-device': {
      'sign-in': '登入設備網站。',
      'add': '按一下「Add a new Device」。',
      'confirm': '確認是您本人：使用推送通知，或選「Enter a Passcode」並輸入復原驗證碼。',
      'type': '手機和平板電腦都選「Tablet」，無須電話號碼。',
      'platform': '選擇「Continue with iOS」（iPhone、iPad）或「Continue with Android」。',
      'installed': '按一下「I have Duo Mobile installed」。',
      'scan': ['在新設備開啟 Duo Mobile，點選「+」。', '掃描右邊的二維碼，並為設備命名。', '在右邊按一下「Continue to Login」。'],
      'choose': '選擇剛加入的設備，然後選「Send me a Push」或「Enter a Passcode」。',
      'done': '全部完成！',
    },
    'remove-device': {
      'sign-in': '登入設備網站。',
      'devices': '按一下「My Settings & Devices」。',
      'confirm': '確認是您本人：傳送推送通知到您手上的設備，或輸入驗證碼。',
      'options': '在舊設備旁按一下「Device Options」。',
      'trash': '按一下垃圾桶圖示。',
      'remove': '按一下「Remove」。',
      'done': '舊設備已移除。',
    },
  },
  confirmHeld:
    '複製上方的驗證碼，貼到右邊「Passcode」的欄位，然後按一下「Enter a Passcode」。請勿選「Send me a Push」：通知會傳送到您的舊手機。',
  confirmLost: '在右邊「Passcode」的欄位輸入復原驗證碼，然後按一下「Enter a Passcode」。請勿選「Send me a Push」：通知會傳送到您的舊手機。',
  title: '設備網站',
  progress: '第 {step} 步，共 {count} 步',
  stepsDone: plural('已完成 {count} 步'),
  free: '院校的網頁已在右邊開啟。請選擇要做的事，這裡會顯示步驟。',
  lost: '這個網頁不屬於以下步驟。請返回上一頁，或在網頁上繼續。',
  other: '您院校的設備網站，按鈕名稱可能不同。',
  finish: '關閉設備網站並斷開連線',
  finishOnCampus: '完成',
  removeLost: '移除遺失的手機',
  removeLostWhy: '舊手機在移除之前，仍可批准登入。',
  onCampus: '在校園內：無須 VPN',
  connected: '已連線到 {campus}',
  leave: '做其他事',
};
