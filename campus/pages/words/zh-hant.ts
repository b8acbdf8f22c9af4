import { common } from './zh-hant/common.ts';
import { front } from './zh-hant/front.ts';
import { phone } from './zh-hant/phone.ts';
import { portal } from './zh-hant/portal.ts';
import { recovery } from './zh-hant/recovery.ts';
import { signIn } from './zh-hant/sign-in.ts';
import type { Words } from './en.ts';

/** The texts of the campus's pages in Traditional Chinese as it is written in Macau. */
export const zhHant: Words = { ...common, ...signIn, front, phone, portal, recovery };
