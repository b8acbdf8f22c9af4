import type { always as english } from '../en/always.ts';

/** Connecting by itself off campus, in European Portuguese. */
export const always: typeof english = {
  setting: 'Ligar sempre que estou fora do campus',
  hint: 'O Causeway retoma a sua sessão automaticamente. Nunca envia a sua palavra-passe por si só: quando for preciso iniciar sessão, pergunta-lhe.',
  paused: 'Em pausa até {untilAt}',
  pausedText: 'Desligou a ligação, por isso o Causeway não se liga por si só. Retoma a essa hora, quando se ligar, ou depois de reiniciar.',
  waiting: 'Não é possível contactar o campus neste momento. O Causeway volta a tentar às {untilAt}, ou assim que a rede mudar.',
  stopped: 'Inicie sessão para se ligar: o Causeway não envia a sua palavra-passe por si só.',
  resume: 'Retomar',
  trayPaused: 'Não ligado, em pausa até {untilAt}',
  trayWaiting: 'Não ligado, à espera da rede',
  traySignIn: 'Iniciar sessão em {campus}',
  rests: 'A sua sessão está em repouso. Continua automaticamente quando sair do campus.',
  askTitle: 'Está fora do campus',
  askText: 'Abra o Causeway para iniciar sessão em {campus}. Nada foi enviado automaticamente.',
  stoppedTitle: 'O Causeway precisa de si',
  stoppedText: 'Não se consegue ligar a {campus} por si só. Abra o Causeway para ver porquê.',
  campusTitle: 'Está no campus',
  campusText: 'Aqui não é necessária VPN. A sua sessão continua automaticamente quando sair.',
};
