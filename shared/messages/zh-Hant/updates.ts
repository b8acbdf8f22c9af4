import type { updates as english } from '../en/updates.ts';

/** Updates in Traditional Chinese. */
export const updates: typeof english = {
  title: '更新',
  automatic: '自動更新 Causeway',
  current: '這是適用於這部電腦的最新版本。',
  checked: '檢查時間：{checkedAt}。',
  never: '尚未檢查。',
  checking: '正在尋找較新的版本…',
  downloading: '正在下載版本 {version}：{received} / {size}',
  ready: '版本 {version} 已準備好，會在您結束 Causeway 時安裝。',
  busy: '完成登入或取消後即可重新啟動。',
  restart: '立即重新啟動',
  whatsNew: '版本 {version} 的新功能',
  checkNow: '立即檢查',
  retry: '下次重試：{retryAt}',
  byIt: {
    'windows-computer': 'Causeway 是為這部電腦的所有用戶安裝的，由資訊科技部門更新。',
    'mac-computer': 'Causeway 屬於這部 Mac 的管理員，由管理員更新。',
    'package-manager': '系統的套件管理程式會更新 Causeway。',
    'policy': '這部電腦的 Causeway 由資訊科技部門更新。',
  },
  off: {
    person: 'Causeway 不會尋找更新。新版本會修補安全漏洞，請定期自行檢查。',
    policy: '這部電腦已關閉更新。',
    build: '這個 Causeway 版本沒有更新伺服器。',
    uninstalled: '這個 Causeway 沒有經過安裝，因此不會自動更新。',
  },
  confirmTitle: '立即重新啟動並更新？',
  confirmText: 'Causeway 會先登出，然後開啟版本 {version}。',
  later: '稍後',
  tray: '重新啟動以更新至版本 {version}',
};
