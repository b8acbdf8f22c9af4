import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactBounds, leastSize, onScreen, wideBounds } from '../../../electron/desktop/window/bounds.ts';
import { layout } from '../../../shared/layout.ts';

const laptop = { x: 0, y: 25, width: 1440, height: 850 };
const second = { x: 1440, y: 0, width: 1920, height: 1080 };

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
const within = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

const box = (size: fc.Arbitrary<number>): fc.Arbitrary<Box> =>
  fc.record({ x: fc.integer({ min: -9_000, max: 9_000 }), y: fc.integer({ min: -9_000, max: 9_000 }), width: size, height: size });

describe('the window', () => {
  it('the window is always entirely on one screen', () => {
    const screens = fc.array(box(fc.integer({ min: 320, max: 4_000 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.option(box(fc.integer({ min: 1, max: 9_000 }))), screens, (remembered, areas) => {
        const compact = compactBounds(remembered, areas);
        const wide = wideBounds(compact, layout.portal, areas);
        expect(areas.some((area) => within(compact, area))).toBe(true);
        expect(areas.some((area) => within(wide, area))).toBe(true);
      }),
    );
  });

  it('the window first opens in the middle of the primary screen', () => {
    expect(compactBounds(null, [laptop, second])).toEqual({ x: 510, y: 110, width: 420, height: 680 });
  });

  it('the window returns to its place, on the second screen too, and to the laptop when that screen is gone', () => {
    const there = { x: 2_000, y: 100, width: 500, height: 700 };
    expect(compactBounds(there, [laptop, second])).toEqual(there);
    expect(compactBounds(there, [laptop])).toEqual({ x: 940, y: 100, width: 500, height: 700 });
  });

  it('the window is never smaller than its minimum', () => {
    expect(compactBounds({ x: 0, y: 25, width: 10, height: 10 }, [laptop])).toMatchObject({ width: 360, height: 560 });
  });

  it('the least size of the window fits on a small screen, as one of 1366 × 768 is at 200 %', () => {
    const small = { x: 0, y: 0, width: 683, height: 344 };
    const at = { x: 0, y: 0, width: 420, height: 344 };
    expect(leastSize({ isWide: false, zoom: 1 }, at, [small])).toEqual({ width: 360, height: 344 });
    expect(leastSize({ isWide: true, zoom: 1 }, at, [small])).toEqual({ width: 683, height: 344 });
    expect(leastSize({ isWide: false, zoom: 2.5 }, at, [small])).toEqual({ width: 683, height: 344 });
    expect(leastSize({ isWide: false, zoom: 1 }, at, [laptop])).toEqual({ width: 360, height: 560 });
  });

  it('the window widens from its left edge, and moves left only as far as necessary', () => {
    expect(wideBounds({ x: 100, y: 100, width: 420, height: 680 }, layout.portal, [laptop])).toEqual({
      x: 100,
      y: 100,
      width: 1180,
      height: 760,
    });
    expect(wideBounds({ x: 900, y: 100, width: 420, height: 680 }, layout.portal, [laptop])).toEqual({
      x: 260,
      y: 100,
      width: 1180,
      height: 760,
    });
  });

  it('the window stays as it is if no screen is known', () => {
    expect(onScreen({ x: 5, y: 5, width: 9, height: 9 }, [])).toEqual({ x: 5, y: 5, width: 9, height: 9 });
  });
});
