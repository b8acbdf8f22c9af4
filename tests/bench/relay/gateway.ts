import { startCampus } from '../../../campus/campus.ts';
import { mei } from '../../tour/people.ts';
import { serveParent } from '../child.ts';

/** The gateway in a process of its own. Its one argument: the port on this computer that sessions may go to. */
let ahead = 0;
const campus = await startCampus({ now: () => Date.now() + ahead, targets: [{ host: '127.0.0.0/8', ports: [Number(process.argv[2])] }] });

serveParent(
  { profile: campus.profile },
  {
    /** A code is good once: for each that is asked for the campus's clock goes on to the next. */
    code() {
      ahead += 30_000;
      return Promise.resolve(campus.services.factors.accounts(mei.phone)[0]?.code ?? '');
    },
    stop: () => campus.stop(),
  },
);
