import type { Parts, Verbs } from '../parts.ts';

type SupportVerbs = Pick<Verbs, 'showSupport' | 'startCheck' | 'stopCheck' | 'makeReport' | 'copyReport' | 'saveReport' | 'copyDetails'>;

/** The calls of Report a problem and Check my connection. */
export function supportVerbs({ support, desktop }: Parts): SupportVerbs {
  return {
    async showSupport({ view }) {
      support.show(view);
    },
    startCheck: () => support.check.start(),
    async stopCheck() {
      support.check.cancel();
    },
    makeReport: () => support.make(),
    async copyReport({ id }) {
      await support.copy(id);
    },
    async saveReport({ id }) {
      return { saved: await support.save(id) };
    },
    copyDetails: () => desktop.clipboard.write(support.details()),
  };
}
