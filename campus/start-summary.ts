import type { Campus } from './campus.ts';
import type { SessionLine } from './control.ts';

/** Lays out rows as text columns, each as wide as its widest cell. */
function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** What `npm run campus` prints once everything is up: addresses, people, and how to check the certificate. */
export function startSummary(campus: Campus, onCampus: boolean): string {
  const { addresses, authority, people, records } = campus;
  const places = table([
    ['Where', 'Address'],
    ['Campus', addresses.index],
    ['Profile', addresses.profile],
    ['Gateway', addresses.gateway],
    ['Recovery', addresses.recovery],
    ['Phones', addresses.phone],
    ['Device portal', `${addresses.portal}  (${onCampus ? `directly, port ${campus.portalPort}` : 'through the VPN only'})`],
  ]);
  const signIns = table([
    ['User ID', 'Password', 'Role', 'Born', 'ID ends', 'Devices'],
    ...people.map(({ userId, password, role, dateOfBirth, lastFour }) => {
      const devices = records.devices(userId).map((device) => device.name);
      return [userId, password, role, dateOfBirth, lastFour, devices.join(', ') || 'none'];
    }),
  ]);
  return `${places}\n\n${signIns}\n\nCertificate authority, SHA-256: ${authority.sha256}\nData: ${campus.dataDirectory}\n`;
}

/** The table of a campus's sessions, for its operator. */
export function sessionTable(sessions: readonly SessionLine[]): string {
  if (sessions.length === 0) return 'Nobody is signed in.';
  const clock = (instant: number): string => new Date(instant).toLocaleTimeString();
  return table([
    ['ID', 'User ID', 'Client', 'Since', 'Until', 'Active'],
    ...sessions.map(({ id, userId, client, startedAt, expiresAt, activeAt }) => [
      id,
      userId,
      client,
      clock(startedAt),
      clock(expiresAt),
      clock(activeAt),
    ]),
  ]);
}
