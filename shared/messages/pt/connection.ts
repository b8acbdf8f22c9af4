import type { connection as english } from '../en/connection.ts';
import { plural } from '../plural.ts';

/** How a session went so far, in European Portuguese. */
export const connection: typeof english = {
  title: 'Estado da ligação',
  span: 'Período apresentado',
  spans: { minute: 'Último minuto', hour: 'Última hora', day: 'Último dia' },
  verdict: {
    'not-measured': 'O tempo de resposta do seu campus ainda não é conhecido.',
    'as-usual': 'A ligação está tão rápida como habitualmente nesta sessão.',
    'your-network': 'A ligação está lenta, e o caminho até ao gateway também: a causa é a sua rede.',
    'your-campus': 'A ligação está lenta, mas o caminho até ao gateway não: a causa está no seu campus.',
    'slow': 'A ligação está mais lenta do que habitualmente nesta sessão.',
  },
  delay: 'Tempo de resposta do seu campus',
  networkDelay: 'Tempo de resposta do gateway',
  against: '{delay}, habitualmente {usual}',
  noAnswer: 'sem resposta, habitualmente {usual}',
  total: 'Recebido e enviado nesta sessão',
  both: '{received} recebidos, {sent} enviados',
  reconnects: 'Voltou a ligar',
  times: plural('{count} vezes', { one: 'uma vez' }),
  never: 'nunca',
  chart: 'Recebido e enviado das {from} às {to}',
  reconnectMark: 'A ligação voltou',
  table: 'Mostrar como tabela',
  columns: { time: 'Desde', received: 'Recebido', sent: 'Enviado', delay: 'Resposta', reconnects: 'Voltou a ligar', away: 'Sem ligação' },
  nothing: '–',
};
