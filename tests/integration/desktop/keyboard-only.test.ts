import { expect, test } from 'vitest';
import { formProcedures } from '../../tour/procedures.ts';
import { Stage } from '../../tour/stage.ts';

/** The guide's procedures without a mouse, in the real app. The long run plays all six, the short one the longest. */

const isLong = process.env['CAUSEWAY_LONG'] !== undefined;
const played = isLong ? formProcedures : formProcedures.filter(({ name, where }) => name.includes('lost') && where === 'off campus');

test.each(played)(
  'the keyboard alone is enough: $name, $where',
  async (procedure) => {
    const { where } = procedure;
    const stage = await Stage.open({ where, signIn: 'forms', keychain: false, by: 'keyboard' }, null, '');
    try {
      await stage.window.getByRole('button', { name: 'Connect', exact: true }).waitFor();
      await procedure.play(stage);
      expect(procedure.reached(stage)).toBe(true);
    } finally {
      await stage.close();
    }
  },
  180_000,
);
