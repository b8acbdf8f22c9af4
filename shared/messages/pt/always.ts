import type { always as english } from '../en/always.ts';

/** Connecting by itself off campus, in European Portuguese. */
export const always: typeof english = {
  setting: 'Ligar sempre que estou fora do campus',
  hint: 'O Causeway retoma sozinho a sua sessão. Nunca envia sozinho a palavra-passe: quando for preciso iniciar sessão, pergunta-lhe.',
  paused: 'Em pausa até {untilAt}',
  pausedText: 'Desligou, por isso o Causeway não liga sozinho. Retoma a essa hora, quando voltar a ligar ou depois de reiniciar.',
  waiting:
    'Não é possível contactar o seu campus neste momento. O Causeway volta a tentar sozinho assim que a rede mudar. Próxima tentativa: {untilAt}.',
  stopped: 'Inicie sessão para ligar: o Causeway não envia sozinho a sua palavra-passe.',
  resume: 'Retomar',
  trayPaused: 'Não ligado, em pausa até {untilAt}',
  trayWaiting: 'Não ligado, à espera da rede',
  traySignIn: 'Iniciar sessão em {campus}',
  rests: 'A sua sessão está em pausa. Continua sozinha quando sair do campus.',
  askTitle: 'Está fora do campus',
  askText: 'Abra o Causeway para iniciar sessão em {campus}. O Causeway não enviou nada sozinho.',
  stoppedTitle: 'O Causeway precisa de si',
  stoppedText: 'Não consegue ligar sozinho a {campus}. Abra o Causeway para ver porquê.',
  campusTitle: 'Está no campus',
  campusText: 'Aqui não precisa de VPN. A sua sessão continua sozinha quando sair.',
};
