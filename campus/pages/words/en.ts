import { common } from './en/common.ts';
import { front } from './en/front.ts';
import { phone } from './en/phone.ts';
import { portal } from './en/portal.ts';
import { recovery } from './en/recovery.ts';
import { signIn } from './en/sign-in.ts';

/** The texts of the campus's pages in English. It defines which texts there are. */
export const en = { ...common, ...signIn, front, phone, portal, recovery };

/** All texts of the campus's pages in one language. */
export type Words = typeof en;
