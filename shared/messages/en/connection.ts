import { plural } from '../plural.ts';

/** How a session went so far. */
export const connection = {
  title: 'How the connection is going',
  span: 'Time shown',
  spans: { minute: 'Last minute', hour: 'Last hour', day: 'Last day' },
  verdict: {
    'not-measured': 'The delay to your campus is not known yet.',
    'as-usual': 'The connection is as fast as usual in this session.',
    'your-network': 'The connection is slow, and so is the way to the gateway: the cause is your network.',
    'your-campus': 'The connection is slow, but the way to the gateway is not: the cause is at your campus.',
    'slow': 'The connection is slower than usual in this session.',
  },
  delay: 'Delay to your campus',
  networkDelay: 'Delay to the gateway',
  against: '{delay}, usually {usual}',
  noAnswer: 'no answer, usually {usual}',
  total: 'Received and sent in this session',
  both: '{received} received, {sent} sent',
  reconnects: 'Reconnected',
  times: plural('{count} times', { one: 'once' }),
  never: 'never',
  chart: 'Received and sent from {from} to {to}',
  reconnectMark: 'Connection came back',
  table: 'Show as a table',
  columns: { time: 'From', received: 'Received', sent: 'Sent', delay: 'Delay', reconnects: 'Reconnected', away: 'Not connected' },
  nothing: '–',
};
