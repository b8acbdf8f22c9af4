import { startCampus } from '../../../campus/campus.ts';
import { mei } from '../../tour/people.ts';
import { serveParent } from '../child.ts';

/** The gateway in a process of its own. Its one argument: the port on this computer that sessions may go to. */
const campus = await startCampus({ targets: [{ host: '127.0.0.0/8', ports: [Number(process.argv[2])] }] });

serveParent(
  { profile: campus.profile },
  {
    code: () => Promise.resolve(campus.services.factors.accounts(mei.phone)[0]?.code ?? ''),
    stop: () => campus.stop(),
  },
);
