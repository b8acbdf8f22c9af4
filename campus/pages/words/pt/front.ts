import type { front as english } from '../en/front.ts';

/** What the campus's front page and the gateway's page for browsers say in European Portuguese. */
export const front: typeof english = {
  title: 'Bem-vindo',
  lead: 'Um campus inteiro neste computador, para experimentar o Causeway.',
  recovery: 'Recuperação da conta',
  recoveryHint: 'Para quem perdeu o telemóvel',
  phones: 'Telemóveis simulados',
  phonesHint: 'Códigos, e inícios de sessão para aprovar',
  profile: 'Perfil para o Causeway',
  profileHint: 'O ficheiro que descreve este campus à aplicação',
  gateway: 'Gateway VPN: {address}',
  portal: 'Portal de dispositivos: {address} (no campus, ou através da VPN)',
  gatewayPage: {
    service: 'Gateway VPN',
    title: 'Este é um gateway VPN',
    text: 'É aqui que o Causeway se liga. Não há nada para ver num navegador.',
    go: 'Ir para o campus',
  },
};
