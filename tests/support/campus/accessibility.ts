import AxeBuilder from 'axe-core';
import type { Page } from 'playwright-core';

interface Axe {
  run(options: { resultTypes: string[] }): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** What axe finds wrong on a page, one line for each rule. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(AxeBuilder.source);
  return await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: Axe };
    return (await axe.run({ resultTypes: ['violations'] })).violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    );
  });
}
