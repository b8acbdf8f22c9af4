import type { connection as english } from '../en/connection.ts';
import { plural } from '../plural.ts';

/** How a session went so far, in Traditional Chinese. */
export const connection: typeof english = {
  title: '連線狀況',
  span: '顯示的時間',
  spans: { minute: '最近一分鐘', hour: '最近一小時', day: '最近一天' },
  verdict: {
    'not-measured': '尚未測得到校園的延遲。',
    'as-usual': '這次連線的速度與平常相若。',
    'your-network': '連線緩慢，到閘道的一段也慢：問題在您的網絡。',
    'your-campus': '連線緩慢，但到閘道的一段正常：問題在校園一方。',
    'slow': '這次連線比平常慢。',
  },
  delay: '到校園的延遲',
  networkDelay: '到閘道的延遲',
  against: '{delay}，平常 {usual}',
  noAnswer: '沒有回應，平常 {usual}',
  total: '這次連線的流量',
  both: '已接收 {received}，已傳送 {sent}',
  reconnects: '重新連線次數',
  times: plural('{count} 次'),
  never: '沒有',
  chart: '{from} 至 {to} 的接收和傳送量',
  reconnectMark: '連線已恢復',
  table: '以表格顯示',
  columns: { time: '開始', received: '接收', sent: '傳送', delay: '延遲', reconnects: '重新連線', away: '沒有連線' },
  nothing: '–',
};
