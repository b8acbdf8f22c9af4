import { plural } from '../../../../shared/messages/plural.ts';
import type { common as english } from '../en/common.ts';

/** What the pages of every site say, in European Portuguese. */
export const common: typeof english = {
  layout: {
    skip: 'Ir para o conteúdo',
    languages: 'Língua',
    foot: 'Um campus simulado que acompanha o Causeway. Nenhuma conta real é usada.',
  },
  clock: {
    until: 'até às {time}',
    at: 'às {time}',
    seconds: '{count} s',
    inSeconds: 'dentro de {count} s',
    now: 'agora',
    inMinutes: plural('dentro de {count} minutos', { one: 'dentro de um minuto' }),
  },
  copy: { copy: 'Copiar', copied: 'Copiado' },
  triesLeft: plural('Restam {count} tentativas.', { one: 'Resta uma tentativa.' }),
  errors: {
    400: { title: 'O pedido chegou incompleto', text: 'Volte atrás e tente novamente.' },
    403: {
      title: 'Este formulário já não é válido',
      text: 'Foi aberto há demasiado tempo ou noutra janela. Comece de novo na primeira página.',
    },
    404: { title: 'Esta página não existe', text: 'O endereço pode ter um erro, ou a página foi removida.' },
    405: { title: 'Esta página não funciona assim', text: 'Comece de novo na primeira página.' },
    413: { title: 'É demasiado grande', text: 'Volte atrás e envie algo mais pequeno.' },
    500: {
      title: 'Ocorreu um problema',
      text: 'A culpa não é sua. Tente novamente; se o problema continuar, contacte o serviço de apoio.',
    },
    failed: 'Não foi possível continuar',
    firstPage: 'Ir para a primeira página',
  },
  failures: {
    'sign-in-rejected': 'Este ID UMPASS e esta palavra-passe não correspondem. Verifique ambos, e também se o Caps Lock está ativado.',
    'portal-sign-in': 'Este início de sessão já foi usado ou é demasiado antigo. Inicie sessão aqui.',
    'account-locked': 'Demasiadas tentativas falhadas. A sua conta está bloqueada até às {time} ({left}); depois disso, tente novamente.',
    'passcode-wrong': 'Este código não está certo. Verifique os dígitos e tente novamente.',
    'passcode-used': 'Este código já foi usado. Aguarde pelo seguinte e introduza-o.',
    'passcode-expired': 'Este código é demasiado antigo. Introduza o que aparece agora, ou obtenha um novo 2FA Passcode.',
    'push-superseded': 'Já não é possível contactar este dispositivo. Escolha outro.',
    'recovery-identity': 'Os dados que introduziu não correspondem aos nossos registos. Verifique cada um e tente novamente.',
    'recovery-password': 'Esta palavra-passe não está certa. Verifique se o Caps Lock está ativado e tente novamente.',
    'recovery-limited': 'Houve demasiadas tentativas. Pode tentar novamente depois das {time} ({left}).',
    'recovery-timed-out': 'Demorou mais do que o permitido. Comece de novo.',
    'settings-unwritable':
      'De momento não conseguimos guardar nada, por isso nada foi alterado. Tente novamente daqui a alguns minutos; se o problema continuar, contacte o serviço de apoio.',
    'request-invalid': 'O pedido chegou incompleto. Verifique o que introduziu e tente novamente.',
    'other': 'Não foi possível continuar. Tente novamente.',
  },
};
