import type { OtherTool } from '../../build/system.ts';

/** What the app tunnel is compared with, beside openconnect. Nothing else of Causeway uses it. */
export const comparedTools: readonly OtherTool[] = [{ proof: '/usr/bin/ocproxy', packages: ['ocproxy'] }];
