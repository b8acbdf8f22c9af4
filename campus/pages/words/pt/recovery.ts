import type { recovery as english } from '../en/recovery.ts';

/** What the recovery site says in European Portuguese. Buttons of the campus's guide have their English names too. */
export const recovery: typeof english = {
  service: 'Recuperação da conta',
  title: 'Recupere a sua conta',
  lead: 'Para quem perdeu o dispositivo que confirma os seus inícios de sessão. Clique no seu vínculo.',
  roles: { student: 'Estudante', staff: 'Pessoal docente ou não docente' },
  back: 'Voltar',
  next: 'Seguinte (Next)',
  get: 'Obter o código (Get 2FA Passcode)',
  identity: {
    title: 'Quem é?',
    userId: 'ID UMPASS',
    dateOfBirth: 'Data de nascimento',
    lastFour: 'Últimos 4 caracteres do número do documento de identificação ou passaporte',
    verify: 'Verificar (Verify)',
  },
  need: {
    title: 'De que precisa?',
    lead: 'Selecione uma opção e clique em «Next».',
    passcodeHint: 'Nove dígitos que substituem o seu dispositivo durante uma hora',
  },
  password: {
    title: 'Palavra-passe UMPASS',
    question: 'Introduza a sua palavra-passe UMPASS',
    whose: 'Para {user}',
    label: 'Palavra-passe UMPASS',
  },
  passcode: {
    title: 'O seu 2FA Passcode',
    keep: 'Copie-o ou memorize-o: só é mostrado uma vez.',
    good: 'Válido até às {time}, uma vez para se ligar fora do campus e uma vez no portal de dispositivos. Deixa de ser válido assim que adicionar um dispositivo.',
    thenTitle: 'A seguir',
    then: 'Abra o portal de dispositivos, escolha «Add a new Device», clique em «Enter a Passcode» e introduza estes nove dígitos.',
    shown: 'Já foi mostrado. Se não o guardou, obtenha um novo; o antigo deixa então de ser válido.',
  },
};
