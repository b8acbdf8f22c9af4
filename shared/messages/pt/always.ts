import type { always as english } from '../en/always.ts';

/** Connecting by itself off campus, in European Portuguese. */
export const always: typeof english = {
  setting: 'Ligar sempre que estou fora do campus',
  hint: 'O Causeway retoma automaticamente a sua sessão. Nunca envia a palavra-passe por iniciativa própria: se for preciso iniciar sessão, pergunta-lhe primeiro.',
  paused: 'Ligação automática em pausa até {untilAt}',
  pausedText:
    'Desligou, por isso o Causeway não se liga automaticamente. Volta a fazê-lo nesse momento, quando se ligar ou depois de reiniciar.',
  waiting:
    'Não é possível contactar o seu campus neste momento. O Causeway volta a tentar automaticamente quando a rede mudar. Próxima tentativa: {untilAt}.',
  stopped: 'Inicie sessão para se ligar: o Causeway não envia a sua palavra-passe por iniciativa própria.',
  resume: 'Retomar',
  trayPaused: 'Não ligado, em pausa até {untilAt}',
  trayWaiting: 'Não ligado, à espera da rede',
  traySignIn: 'Iniciar sessão em {campus}',
  rests: 'A sua sessão está em pausa. É retomada automaticamente quando sair do campus.',
  askTitle: 'Está fora do campus',
  askText: 'Abra o Causeway para iniciar sessão em {campus}. Ainda não foi enviado nada.',
  stoppedTitle: 'O Causeway precisa de si',
  stoppedText: 'Não consegue ligar-se automaticamente a {campus}. Abra o Causeway para ver porquê.',
  campusTitle: 'Está no campus',
  campusText: 'Aqui não precisa de VPN. A sua sessão é retomada automaticamente quando sair.',
};
