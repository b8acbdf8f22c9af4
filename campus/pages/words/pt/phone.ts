import type { phone as english } from '../en/phone.ts';

/** What the pocket phones say in European Portuguese. */
export const phone: typeof english = {
  phones: 'Telemóveis simulados',
  phonesLead: 'Cada um substitui um telemóvel com o Duo Mobile. Nada daqui chega a um telemóvel real.',
  noPhone: 'Não há nenhum telemóvel.',
  standIn: '{phone} · telemóvel simulado do Causeway, não a aplicação real',
  noAccount: 'Ainda não há nenhuma conta. Toque no botão «+» e leia o código QR no ecrã do computador.',
  request: {
    label: 'Pedido de início de sessão',
    question: 'Está a iniciar sessão?',
    from: { gateway: 'Início de sessão na VPN · {account}', portal: 'Portal de dispositivos · {account}' },
    number: 'Número no seu ecrã',
    wrongNumber: 'Não é esse o número no seu ecrã.',
    approve: 'Aprovar (Approve)',
    deny: 'Recusar (Deny)',
  },
  add: {
    title: 'Adicionar uma conta',
    back: 'Voltar',
    code: 'Código de ativação',
    codeHint: 'Da página no seu computador',
    picture: 'Ou uma imagem do código QR',
    name: 'Novo nome',
    nameHint: 'Por exemplo, «O meu tablet»',
    submit: 'Adicionar',
    problems: {
      'no-name': 'Dê um nome à conta.',
      'no-code': 'Cole o código de ativação, ou escolha uma imagem do código QR.',
      'bad-code': 'Este código não ativa nada. Pode já ter sido usado ou ser demasiado antigo.',
      'no-qr-code': 'Não há nenhum código QR nesta imagem.',
      'bad-picture': 'Não foi possível. Escolha uma imagem PNG até 2 MB, com um código QR que ainda não tenha sido usado.',
    },
  },
};
