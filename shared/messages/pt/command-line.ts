import type { commandLine as english } from '../en/command-line.ts';
import { plural } from '../plural.ts';

/** What the command line says in European Portuguese. */
export const commandLine: typeof english = {
  help: `Utilização: causeway COMANDO [OPÇÕES]

Comandos
  profiles              Os campus que este computador conhece
  profiles NOME         Um deles, um ficheiro .causeway ou um campus que vem com o Causeway, com tudo o que faz
  connect PERFIL|FICHEIRO
                        Inicia sessão, com o ID de um perfil, um ficheiro .causeway, ou o nome, o endereço Web ou
                        o domínio de e-mail de um campus que vem com o Causeway, e mantém a ligação até Ctrl-C
  connect --quick       O mesmo, com o último campus usado
  status                O que está ligado, aqui ou na aplicação
  disconnect            Termina a ligação
  portal [PERFIL|FICHEIRO]
                        Abre o portal de dispositivos na aplicação ou mostra o seu endereço
  doctor [PERFIL|FICHEIRO]
                        O que está instalado, responde e merece confiança, e o que fazer
  report [PERFIL|FICHEIRO]
                        Um relatório para o serviço de apoio: mostrado aqui e guardado só com --save. Nada é enviado
  explain CÓDIGO        O que significa um código que alguém leu ao serviço de apoio
  policy                O que o administrador deste computador decide, onde isso está e o que tem de errado
  help                  Este texto

Opções
  --answers FICHEIRO    Respostas para execuções automáticas; só suas (modo 0600). Ver docs/command-line.md
  --choose NOME         O grupo, a função ou o gateway com esse nome, quando o campus oferece vários
  --app-tunnel PORTA    Um proxy HTTP até ao campus para outros programas, nesta porta local; 0 para qualquer uma
  --show-secret         Inclui o segredo desse proxy também nos eventos de --json
  --save FICHEIRO       Guarda o relatório depois de o mostrar: como texto, ou como zip se o nome termina em .zip
  --json                Eventos na saída padrão, um por linha
  --user-data-dir PASTA Outra pasta para definições e perfis, em vez da pasta da aplicação
  --version             A versão

Códigos de saída
  0 terminou a pedido   2 utilização   3 recusado pelo gateway   4 o segundo fator falhou
  5 inacessível         6 certificado  7 a sessão terminou       8 falta um componente`,
  usage: {
    needsCode: 'Indique o código: causeway explain e os doze dígitos e letras.',
    codeWrong: 'Isto não é um código, ou um dos símbolos foi mal ouvido. Um código tem 12 destes: 2 3 4 5 6 7 8 9 C F G H J M P Q R V W X.',
    codeUnknown: 'O código está correto, mas esta versão não conhece a falha. Experimente uma versão mais recente.',
    saveForReport: '--save só se usa com report.',
    noCommand: 'Indique o que fazer: causeway help mostra os comandos.',
    unknownCommand: 'Não existe o comando «{command}»: causeway help mostra os que existem.',
    unknownOption: 'Não existe a opção {option}: causeway help mostra as que existem.',
    needsValue: '{option} precisa de um valor a seguir: causeway help diz qual.',
    noValue: '{option} não aceita um valor.',
    needsProfile: 'Indique o perfil: o ID, um ficheiro .causeway ou um campus que vem com o Causeway. Ou connect --quick para o último.',
    severalCampuses: 'Há vários campus com esse nome. Indique um pelo ID: {ids}.',
    tooMany: 'Há uma palavra a mais: «{word}».',
    port: '--app-tunnel aceita uma porta de 0 a 65535.',
    notForThis: '--{option} só se usa com connect.',
    noProfiles: 'Ainda não há nenhum campus configurado aqui. Adicione um na aplicação ou indique o ficheiro .causeway.',
    noTerminal: 'Não é possível fazer perguntas aqui: execute o comando num terminal ou dê as respostas com --answers FICHEIRO.',
    unixTerminal:
      'Não é possível fazer perguntas nesta janela, porque não é uma consola do Windows: use o Windows Terminal, o PowerShell ou o cmd, ou dê as respostas com --answers FICHEIRO.',
    unanswered: 'O gateway pergunta algo que não está nas respostas ({what}), e não há um terminal onde perguntar.',
    portTaken: 'A porta {port} está ocupada neste computador.',
    busy: 'Já há uma ligação a {campus}. Desligue-a primeiro: causeway disconnect',
    otherProfile:
      'A aplicação Causeway está aberta e não conhece este perfil tal como está no ficheiro. Adicione o perfil na aplicação ou saia dela.',
    answersFile: 'Não é possível usar as respostas de {file}: {why}.',
    answersUnreadable: 'não pode ser lido',
    answersNotAFile: 'não é um ficheiro normal',
    answersTooLarge: 'é demasiado grande',
    answersOthers: 'outras pessoas podem lê-lo; dê-lhe o modo 0600',
    answersOwner: 'não lhe pertence',
    answersNotJson: 'não é JSON',
    answersWrong: 'errado ou desconhecido: {keys}',
  },
  policy: {
    none: 'Este computador não tem política.',
    managedBy: 'Este computador é gerido por {who}.',
    key: '{key}: {value}',
    notSet: 'não definido',
    from: { enforced: '    de {place}, e os utilizadores não podem alterar', default: '    uma predefinição de {place}' },
    overrides: '    não {value}, de {place}',
    fault: '    {key} em {place}: {why}{detail}',
    wholeFault: '{place}: {why}{detail}',
    detail: ' ({detail})',
  },
  profile: '{id}  {name}  ({gateways}; {protocol}, {tunnel})',
  state: {
    'idle': 'Não ligado.',
    'checking': 'A verificar onde está…',
    'on-campus': 'Está no campus: não precisa de VPN.',
    'contacting': 'A contactar {gateway}…',
    'asking': 'A iniciar sessão em {gateway}.',
    'opening': 'Sessão iniciada. A estabelecer a ligação ao campus…',
    'connected': 'Ligado a {gateway} como {user}, até {untilAt}. Prima Ctrl-C para desligar.',
    'reconnecting': 'A ligação caiu: {why} A voltar a ligar; não é preciso o segundo fator.',
    'closing': 'A desligar…',
  },
  connectedWithoutEnd: 'Ligado a {gateway} como {user}. Prima Ctrl-C para desligar.',
  statusConnected: 'Ligado a {gateway} como {user} desde {sinceAt}.',
  expiring: 'Fim da sessão: {untilAt}.',
  portalState: {
    'unknown': '',
    'up': 'O portal de dispositivos responde.',
    'down': 'O portal de dispositivos não responde.',
    'dns-failed': 'O nome do portal de dispositivos não é encontrado através da ligação.',
  },
  holder: { 'app': 'Na aplicação Causeway.', 'command-line': 'Noutro terminal.' },
  ended: 'Desligado.',
  nothing: 'Não há nenhuma ligação.',
  leaving: 'A sair de imediato.',
  proxy: 'Proxy para outros programas: http://{user}:{secret}@127.0.0.1:{port}',
  portalOpened: 'O portal de dispositivos está aberto na janela do Causeway.',
  attention: '{title}. {happened} {todo}',
  again: '{title}. {todo}',
  todo: {
    'captive-portal': 'Abra {address} num navegador e inicie sessão. Depois, ligue-se novamente.',
    'gateway-protocol': 'Verifique o endereço no perfil ou contacte o serviço de apoio: pode ter mudado.',
    'notice-declined': 'Ligue-se novamente e escreva sim para continuar.',
    'sign-in-rejected': 'Verifique se o ID de utilizador está bem escrito e escreva novamente a palavra-passe. O Caps Lock está ativo?',
    'choice-not-offered': 'Indique uma delas: no perfil, nas respostas ou com --choose.',
    'no-second-factor': 'Na aplicação Causeway, escolha «Perdi o telemóvel» para obter um código de recuperação.',
  },
  ask: {
    number: 'Número',
    numberOrName: 'Número ou parte do nome',
    yes: 'sim',
    proceed: 'Continuar? Escreva sim para continuar: ',
    proceedYes: 'continuar',
    compare:
      'Telefone para o serviço de apoio e peça que lhe leiam a impressão digital. Aceite apenas se todos os grupos forem iguais. Se não conseguir contactar o serviço de apoio, prima Enter: nada é enviado.',
    certificate: 'Escreva sim apenas se o serviço de apoio lhe ler a mesma impressão digital: ',
    pick: 'Escolha um número de 1 a {count} ou escreva parte de um nome.',
    more: plural('  … e mais {count}. Escreva parte de um nome para o encontrar.', {
      one: '  … e mais um. Escreva parte do nome para o encontrar.',
    }),
    noneCalled: 'Nenhum resultado com esse nome. Escreva outra parte de um nome ou um número de 1 a {count}.',
    approve: 'Aprove no telemóvel ou, para usar um código, prima Enter.',
    approveOver: 'Aprove no telemóvel e depois prima Enter: ',
    waiting: plural('O seu campus pode estar a pedir confirmação no telemóvel. Espera máxima: {count} segundos.', {
      one: 'O seu campus pode estar a pedir confirmação no telemóvel. Espera máxima: um segundo.',
    }),
    pushNumber: 'Introduza este número no telemóvel: {number}',
    withdrawn: 'Já houve resposta noutro lado.',
    codeWaiting: plural('À espera de um novo código, {count} s.', { one: 'À espera de um novo código, 1 s.' }),
    codeOrYours: 'O código é introduzido automaticamente. Em alternativa, escreva outro.',
    approved: 'O telemóvel respondeu.',
    certificateFile: 'Ficheiro do seu certificado (.p12 ou .pem)',
    passphrase: 'Frase de acesso do ficheiro',
    proxyUser: 'Nome de utilizador no proxy {host}',
    proxyPassword: 'Palavra-passe no proxy',
    ownBrowser: 'O servidor {host} pede que inicie sessão no seu navegador, neste computador. Prima Enter para ver o endereço: ',
    openThis: 'Abra este endereço num navegador deste computador. Depois de iniciar sessão, o comando continua aqui:\n{address}',
  },
  reportSaved: 'Guardado em {file}.',
  explain: {
    head: '{failure}, no passo {step}, na versão {version} em {platform}',
    noFailure: 'Nenhuma falha',
    sees: 'O utilizador vê: {title}. {happened} {todo}',
    ask: 'Perguntar: {ask}',
    act: 'Fazer: {act}',
  },
  doctor: {
    ok: 'ok         {says}',
    attention: 'atenção    {says} {todo}',
    missing: 'falta      {says} {todo}',
    policyDetails: 'Para mais pormenores: causeway policy.',
    addProfile: 'Adicione um na aplicação ou indique o ficheiro .causeway: causeway doctor FICHEIRO.',
  },
};
