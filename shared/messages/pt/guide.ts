import type { guide as english } from '../en/guide.ts';
import { plural } from '../plural.ts';

/** What to do at each step, with the portal's own button names. */
const steps: (typeof english)['steps'] = {
  'add-device': {
    'sign-in': 'Inicie sessão no portal de dispositivos.',
    'add': 'Clique em «Add a new Device».',
    'confirm': 'Confirme a sua identidade: com uma notificação push, ou com «Enter a Passcode» e o seu código de recuperação.',
    'type': 'Escolha «Tablet», mesmo para um telemóvel: não precisa de número de telefone.',
    'platform': 'Escolha «Continue with iOS» (iPhone, iPad) ou «Continue with Android».',
    'installed': 'Clique em «I have Duo Mobile installed».',
    'scan': [
      'No novo dispositivo, abra o Duo Mobile e toque em +.',
      'Use-o para ler o código QR à direita e dê um nome ao dispositivo.',
      'Clique em «Continue to Login», à direita.',
    ],
    'choose': 'Escolha o dispositivo que acabou de adicionar e depois «Send me a Push» ou «Enter a Passcode».',
    'done': 'Está tudo pronto!',
  },
  'remove-device': {
    'sign-in': 'Inicie sessão no portal de dispositivos.',
    'devices': 'Clique em «My Settings & Devices».',
    'confirm': 'Confirme a sua identidade: com uma notificação push num dispositivo que ainda tenha, ou com um código.',
    'options': 'Clique em «Device Options» junto do dispositivo antigo.',
    'trash': 'Clique no ícone do caixote do lixo.',
    'remove': 'Clique em «Remove».',
    'done': 'O dispositivo antigo foi removido.',
  },
};

/** The guide beside the portal in European Portuguese. */
export const guide: typeof english = {
  steps,
  confirmHeld:
    'Copie o código acima, cole-o em «Passcode», à direita, e clique em «Enter a Passcode». Não escolha «Send me a Push»: a notificação vai para o telemóvel antigo.',
  confirmLost:
    'Escreva o código de recuperação em «Passcode», à direita, e clique em «Enter a Passcode». Não escolha «Send me a Push»: a notificação vai para o telemóvel antigo.',
  title: 'Portal de dispositivos',
  progress: 'Passo {step} de {count}',
  stepsDone: plural('{count} passos concluídos', { one: 'Um passo concluído' }),
  free: 'A página do seu campus está aberta aqui ao lado. Escolha uma tarefa para ver os passos.',
  lost: 'Esta página não faz parte dos passos abaixo. Volte atrás ou continue nela.',
  other: 'O portal do seu campus pode dar outros nomes aos botões.',
  finish: 'Fechar o portal e desligar',
  finishOnCampus: 'Concluir',
  removeLost: 'Remover o telemóvel perdido',
  removeLostWhy: 'Enquanto não o remover, o telemóvel antigo continua a poder aprovar inícios de sessão.',
  onCampus: 'No campus: não precisa de VPN',
  connected: 'Ligado a {campus}',
  leave: 'Escolher outra tarefa',
};
