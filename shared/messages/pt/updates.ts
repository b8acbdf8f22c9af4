import type { updates as english } from '../en/updates.ts';

/** Updates in European Portuguese. */
export const updates: typeof english = {
  title: 'Atualizações',
  automatic: 'Manter o Causeway atualizado',
  current: 'Esta é a versão mais recente para este computador.',
  checked: 'Última verificação: {checkedAt}.',
  never: 'Ainda não verificado.',
  checking: 'A procurar uma versão mais recente…',
  downloading: 'A transferir a versão {version}: {received} de {size}',
  ready: 'A versão {version} está pronta e é instalada quando sair do Causeway.',
  busy: 'Pode reiniciar o Causeway depois de iniciar sessão ou de cancelar.',
  restart: 'Reiniciar o Causeway agora',
  whatsNew: 'Novidades da versão {version}',
  checkNow: 'Verificar agora',
  retry: 'Próxima tentativa: {retryAt}',
  byIt: {
    'windows-computer': 'O Causeway está instalado para todos neste computador, por isso é a equipa de informática que o atualiza.',
    'mac-computer': 'O Causeway pertence ao administrador deste Mac, que o atualiza.',
    'package-manager': 'O gestor de pacotes do seu sistema atualiza o Causeway.',
    'policy': 'A equipa de informática atualiza o Causeway neste computador.',
  },
  off: {
    person: 'O Causeway não procura atualizações. As novas versões corrigem falhas de segurança: verifique de vez em quando.',
    policy: 'As atualizações estão desativadas neste computador.',
    build: 'Esta versão do Causeway não tem servidor de atualizações.',
    uninstalled: 'Esta cópia do Causeway não foi instalada, por isso não se atualiza.',
  },
  confirmTitle: 'Reiniciar o Causeway e atualizar agora?',
  confirmText: 'O Causeway termina primeiro a sua sessão. Depois abre a versão {version}.',
  later: 'Mais tarde',
  tray: 'Reiniciar para atualizar para {version}',
};
