import type { always as english } from '../en/always.ts';

/** Connecting by itself off campus, in Traditional Chinese. */
export const always: typeof english = {
  setting: '在校外時自動連線',
  hint: 'Causeway 會自動恢復連線，但不會自行送出您的密碼：需要登入時，會先問您。',
  paused: '自動連線已暫停至 {untilAt}',
  pausedText: '您已斷開連線，所以 Causeway 不會自動連線。時間一到、您再次連線，或重新啟動 Causeway 後，便會恢復自動連線。',
  waiting: '目前無法連接校園。Causeway 會在 {untilAt} 或網絡有變時自動再試。',
  stopped: '請登入以連線：Causeway 不會自行送出您的密碼。',
  resume: '恢復自動連線',
  trayPaused: '未連線，已暫停至 {untilAt}',
  trayWaiting: '未連線，正在等待網絡',
  traySignIn: '登入 {campus}',
  rests: '連線已暫停，離開校園後會自動恢復。',
  askTitle: '您在校外',
  askText: '請開啟 Causeway 登入 {campus}。Causeway 沒有自行送出任何資料。',
  stoppedTitle: 'Causeway 需要您處理',
  stoppedText: '無法自動連接 {campus}。請開啟 Causeway 查看原因。',
  campusTitle: '您在校園內',
  campusText: '這裡不需要 VPN。離開校園後，您的連線會自動恢復。',
};
