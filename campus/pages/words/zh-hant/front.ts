import type { front as english } from '../en/front.ts';

/** What the campus's front page and the gateway's page for browsers say in Traditional Chinese. */
export const front: typeof english = {
  title: '歡迎',
  lead: '在這部電腦上的完整校園，供您試用 Causeway。',
  recovery: '帳戶復原',
  recoveryHint: '供遺失手機的人士使用',
  phones: '模擬手機',
  phonesHint: '查看驗證碼，批准登入',
  profile: 'Causeway 設定檔',
  profileHint: '向應用程式描述此校園的檔案',
  gateway: 'VPN 閘道：{address}',
  portal: '設備網站：{address}（在校園內，或經 VPN）',
  gatewayPage: {
    service: 'VPN 閘道',
    title: '這是 VPN 閘道',
    text: 'Causeway 在此連線。在瀏覽器中沒有內容可看。',
    go: '前往校園首頁',
  },
};
