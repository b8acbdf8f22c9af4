/** The roles that people choose from, in this order. The IDs come from the directory. */
export const roles = [
  { id: 'student', label: 'Student' },
  { id: 'staff', label: 'Staff' },
] as const;
