import { describe, expect, test } from 'vitest';
import { fillIn } from '../../../shared/messages/fill-in.ts';

describe('blanks beside what is filled into a sentence', () => {
  test.each([
    ['連線將於 {at} 結束', '下午9:00', '連線將於下午9:00 結束'],
    ['此項由 {at} 設定。', '澳門大學 ICTO', '此項由澳門大學 ICTO 設定。'],
    ['此項由 {at} 設定。', 'ICTO 澳門大學', '此項由 ICTO 澳門大學設定。'],
    ['連線於 {at} 中斷。', '12 秒前', '連線於 12 秒前中斷。'],
    ['連線中斷：{at} 正在重新連線。', '與閘道的連線中斷了。', '連線中斷：與閘道的連線中斷了。正在重新連線。'],
    ['無法從這裡連線到 {at}。', 'vpn.campus.test', '無法從這裡連線到 vpn.campus.test。'],
    ['到 {at} 的連線', 'vpn.campus.test', '到 vpn.campus.test 的連線'],
    ['Connect to {at} now', '澳門大學', 'Connect to 澳門大學 now'],
  ])('“%s” with “%s”', (sentence, value, expected) => {
    expect(fillIn(sentence, () => value)).toBe(expected);
  });

  test('placeholders beside each other each keep their own blanks, and an unknown one stays', () => {
    const values: Record<string, string> = { a: '甲', b: 'B' };
    expect(fillIn('由 {a} 到 {b} 及 {c} 為止', (name) => values[name])).toBe('由甲到 B 及 {c} 為止');
  });
});
