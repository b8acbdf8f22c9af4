/** The roles that people choose from, in this order. The IDs are the directory's. */
export const roles = [
  { id: 'student', label: 'Student' },
  { id: 'staff', label: 'Staff' },
] as const;
