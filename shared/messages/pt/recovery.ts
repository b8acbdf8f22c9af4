import type { recovery as english } from '../en/recovery.ts';

/** The recovery screens in European Portuguese. */
export const recovery: typeof english = {
  purpose: 'Perdi o telemóvel',
  loading: { title: 'A contactar o sítio de recuperação', lead: 'À espera da resposta de {campus}.' },
  failed: { title: 'Não foi possível iniciar a recuperação' },
  identity: {
    title: 'Confirme a sua identidade',
    lead: 'O seu campus compara estes dados com os registos que tem. Depois, dá-lhe um código que substitui o telemóvel.',
    role: 'O seu vínculo a {campus}',
    roleMissing: 'Escolha primeiro o seu vínculo.',
    dateOfBirth: 'Data de nascimento',
    dateHint: 'Dia, mês e ano, por exemplo {example}.',
    dateWrong: 'Escreva o dia, o mês e o ano, por exemplo {example}.',
    lastFour: 'Últimos 4 caracteres do n.º do documento de identificação ou passaporte',
    lastFourHint: 'Letras ou dígitos, por exemplo 1234 ou 56A7.',
    get: 'Obter o código (Get 2FA Passcode)',
    getting: 'A comparar com os registos do seu campus…',
    missing: 'Preencha primeiro: {label}.',
    lastFourWrong: 'São exatamente 4 letras ou dígitos.',
  },
  passcode: {
    title: 'O seu código de recuperação',
    lead: 'Este código substitui o telemóvel. O Causeway usa-o uma vez na ligação e guarda-o para o portal de dispositivos.',
    leadPage: 'Este código substitui o telemóvel duas vezes: na ligação e no portal de dispositivos. O Causeway guarda-o para ambas.',
    valid: 'Válido até {untilAt}',
    expired: 'Já não é válido. Obtenha um código novo.',
    reveal: 'Mostrar código',
    hide: 'Ocultar código',
    copy: 'Copiar código',
    copied: 'Copiado durante 60 segundos',
    use: 'Usar o código e continuar',
    next: 'Adicionar agora um novo dispositivo',
    held: 'Código de recuperação',
  },
  site: {
    title: 'Obtenha o seu código de recuperação',
    lead: 'A página de recuperação do seu campus abriu-se no navegador. Copie o código que aparece no fim; só tem de o colar aqui uma vez.',
    steps: [
      'Clique na opção que corresponde ao seu vínculo.',
      'Preencha o ID de utilizador, a data de nascimento e os últimos 4 caracteres do n.º do documento de identificação ou passaporte. Clique em «Verify».',
      'Selecione «Get 2FA Passcode» e clique em «Next».',
      'Introduza a palavra-passe e clique em «Next».',
      'Copie o seu 2FA Passcode.',
    ],
    next: 'Já o tenho: adicionar um dispositivo',
  },
};
