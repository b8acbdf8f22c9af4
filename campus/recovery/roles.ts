import type { Words } from '../pages/words/words.ts';

/** The IDs of the roles that people choose from, in this order. The directory has them too. */
export const roles = ['student', 'staff'] as const;
export type Role = (typeof roles)[number];

/** The roles with their names in one language. */
export const namedRoles = ({ recovery }: Words): { id: Role; label: string }[] => roles.map((id) => ({ id, label: recovery.roles[id] }));
