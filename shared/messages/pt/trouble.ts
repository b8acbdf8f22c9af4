import type { trouble as english } from '../en/trouble.ts';

/** Said in a box of the system's in European Portuguese, where there is no window to say it in. Every language is in memory: nothing can be loaded then. */
export const trouble: typeof english = {
  startTitle: 'Não foi possível iniciar o Causeway',
  startText:
    'Algo de que o Causeway precisa não funcionou. Abra-o novamente. Se voltar a falhar, volte a instalá-lo ou envie o registo mais recente ao serviço de apoio: está em {folder}.',
  switchesText:
    'O Causeway foi iniciado com {switches}. Com um parâmetro destes, outros poderiam ler ou alterar o que envia, ou comandar o Causeway, por isso não arranca. Inicie-o sem esse parâmetro.',
  sandboxText:
    'O Causeway foi iniciado sem a sandbox que mantém as páginas Web longe dos seus ficheiros (--no-sandbox), e a equipa de informática exige-a neste computador. Instale o pacote do Causeway para o seu sistema ou peça à equipa de informática que permita espaços de nomes de utilizador (user namespaces).',
  faultTitle: 'O Causeway tem de fechar',
  faultText:
    'Ocorreu um erro interno. Se havia uma ligação, terminou. Abra-o novamente para continuar; se voltar a acontecer, envie o registo mais recente ao serviço de apoio.',
  startAgain: 'Abrir novamente',
  close: 'Fechar',
};
