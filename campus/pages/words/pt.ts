import { common } from './pt/common.ts';
import { front } from './pt/front.ts';
import { phone } from './pt/phone.ts';
import { portal } from './pt/portal.ts';
import { recovery } from './pt/recovery.ts';
import { signIn } from './pt/sign-in.ts';
import type { Words } from './en.ts';

/** The texts of the campus's pages in European Portuguese. */
export const pt: Words = { ...common, ...signIn, front, phone, portal, recovery };
