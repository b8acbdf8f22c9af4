import type { trouble as english } from '../en/trouble.ts';

/** Said in a box of the system's in Traditional Chinese, where there is no window to say it in. Every language is in memory: nothing can be loaded then. */
export const trouble: typeof english = {
  startTitle: 'Causeway 無法啟動',
  startText: '程式所需的部分組件沒有運作。請再次啟動。如再次失敗，請重新安裝，或把最新的記錄檔傳送給服務中心。記錄檔的位置：{folder}。',
  switchesText:
    '程式以 {switches} 啟動。使用這個參數時，其他人可能讀取或更改您傳送的內容，或操控 Causeway，因此程式拒絕啟動。請移除這個參數，再次啟動。',
  sandboxText:
    '程式啟動時沒有開啟沙箱（--no-sandbox）。沙箱使網頁無法接觸您的檔案，而資訊科技部門規定這部電腦必須使用沙箱。請安裝適合您系統的 Causeway 套件，或請資訊科技部門允許用戶命名空間。',
  faultTitle: 'Causeway 需要關閉',
  faultText: '程式發生內部錯誤。如之前已連線，連線現已斷開。如要繼續，請再次啟動；如再次發生，請把最新的記錄檔傳送給服務中心。',
  startAgain: '再次啟動',
  close: '關閉',
};
