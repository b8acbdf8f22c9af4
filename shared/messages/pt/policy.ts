import type { PolicyMessages } from '../policy-messages.ts';

/** Keys and groups of the policy in European Portuguese, for administrators' templates. */
export const policy: PolicyMessages = {
  product: 'Causeway',
  about: 'Definições do Causeway, o cliente para aceder a um campus a partir do exterior.',
  recommended: 'Predefinições que os utilizadores podem alterar',
  supported: 'Causeway {version} ou mais recente',
  groups: {
    campuses: 'Campus e gateways',
    signIn: 'Início de sessão',
    security: 'Segurança',
    connection: 'Ligação',
    app: 'A aplicação',
    updates: 'Atualizações',
    support: 'Apoio',
    programs: 'Programas e bibliotecas',
  },
  keys: {
    profiles: {
      title: 'Campus para todos',
      text: 'Até vinte campus que todos os utilizadores deste computador recebem sem que lhes seja perguntado. Cada entrada é o caminho absoluto de um ficheiro .causeway, o próprio perfil, ou um endereço com as chaves que o seu servidor pode ter: {"address": "https://campus.example", "pins": ["SHA-256 da chave em base64"]}. Só os administradores podem ter acesso de escrita a um ficheiro e às suas pastas. Os ficheiros são lidos de novo em cada ligação, os endereços uma vez em cada execução. Os utilizadores não podem remover estes campus.',
    },
    addProfiles: {
      title: 'Permitir que os utilizadores adicionem campus',
      text: 'Se os utilizadores podem adicionar campus por pesquisa, endereço, ficheiro ou link. Caso contrário, têm os campus da política e os que adicionaram antes, e a linha de comandos não aceita perfis de ficheiros. Permitido se não estiver definido; um valor não reconhecido equivale a não permitido.',
    },
    allowedGateways: {
      title: 'Gateways permitidos',
      text: 'Os únicos gateways que o Causeway pode contactar para iniciar sessão: vpn.campus.example, vpn.campus.example:8443 ou *.campus.example, que representa exatamente mais um nível. Os outros gateways de um perfil são ignorados, e um perfil sem nenhum gateway permitido não pode ser adicionado nem usado numa ligação. Não definido: qualquer gateway. Uma lista vazia, ou um valor que não seja uma lista: nenhum. Um gateway permitido pode encaminhar o início de sessão para outros seus.',
    },
    rememberPasswords: {
      title: 'Permitir que os utilizadores guardem a palavra-passe',
      text: 'Se os utilizadores podem guardar a palavra-passe no porta-chaves deste computador. Caso contrário, a opção não é apresentada, e as palavras-passe guardadas antes não são usadas e são retiradas do porta-chaves. Permitido se não estiver definido; um valor não reconhecido equivale a não permitido.',
    },
    keptCodes: {
      title: 'Permitir que os utilizadores guardem a chave dos códigos de utilização única',
      text: 'Se os utilizadores podem guardar a chave dos códigos de utilização única no porta-chaves deste computador, para que o Causeway os preencha. São precisos esta definição e o perfil do campus, porque o segundo fator passa a estar no computador. Não permitido se não estiver definido.',
    },
    keepPageSignIns: {
      title: 'Permitir que os utilizadores mantenham a sessão na página do campus',
      text: 'Se os utilizadores podem manter neste computador a sessão iniciada na página do próprio campus, para que a página o reconheça («memorizar este dispositivo»), se o perfil do campus também o permitir e este computador a puder encriptar. Se não for permitido, o que foi mantido antes também é apagado no próximo arranque. Permitido se não estiver definido; um valor não reconhecido equivale a não permitido.',
    },
    certificates: {
      title: 'Servidores não fidedignos',
      text: 'O que acontece com um servidor em que nem este computador nem o perfil do campus confiam. Um valor não reconhecido equivale a recusar.',
      choices: {
        ask: 'Perguntar: os utilizadores veem a impressão digital e decidem, exceto com um perfil que indique uma autoridade ou uma chave',
        strict: 'Recusar: não se pergunta a ninguém, e os certificados aceites antes deixam de ser válidos',
      },
    },
    oldTls: {
      title: 'Gateways com TLS antigo',
      text: 'O que acontece com um gateway que fala no máximo TLS 1.1, TLS 1.2 sem renegociação segura (RFC 5746), ou apenas 3DES e RC4. Um valor não reconhecido equivale a recusar.',
      choices: {
        refuse: 'Recusar: ninguém pode iniciar sessão nesse gateway, e o Causeway diz porquê',
        allow: 'Permitir: os utilizadores podem iniciar sessão',
      },
    },
    wildcardHosts: {
      title: 'Padrões para servidores de uma página de início de sessão',
      text: 'Se um perfil pode permitir servidores da sua página de início de sessão com um padrão como *.sso.campus.example, que representa exatamente um nível. Caso contrário, o Causeway ignora a entrada e indica-a. Os padrões nunca contam para domínios abaixo dos quais qualquer pessoa pode registar um nome (*.com, *.edu.mo), nem para o formulário que recebe a palavra-passe. Não permitido se não estiver definido.',
    },
    sandboxRequired: {
      title: 'Exigir a sandbox',
      text: 'Se a aplicação se recusa a funcionar sem a sandbox do Chromium (--no-sandbox). Nesse caso diz porquê e termina. O iniciador do AppImage acrescenta esse parâmetro em sistemas onde os programas não podem criar espaços de nomes de utilizador. Não exigida se não estiver definido; um valor não reconhecido equivale a exigida.',
    },
    tunnel: {
      title: 'Tipo de túnel',
      text: 'Como segue o tráfego para gateways de outros fabricantes, qualquer que seja o valor no perfil. Não altera os campus com um gateway próprio do Causeway.',
      choices: {
        profile: 'Como indica o perfil',
        app: 'Só para esta aplicação, sem administrador',
        system: 'Para todo o computador, através do serviço auxiliar',
      },
    },
    trustedNetwork: {
      title: 'Na rede do próprio campus',
      text: 'Se um computador que está no campus, segundo a sonda do perfil, chega ao portal sem iniciar sessão. Um valor não reconhecido equivale a ignorar.',
      choices: { profile: 'Como indica o perfil', ignore: 'Ignorar a sonda: os utilizadores iniciam sessão em todo o lado' },
    },
    keepAlive: {
      title: 'Consultas que mantêm um túnel aberto',
      text: 'Se o túnel de um gateway de outro fabricante envia uma pequena consulta própria em cada minuto sem tráfego, para que nada no caminho o feche.',
      choices: {
        profile:
          'Como indica o perfil; se nada indicar, sim, exceto se o gateway declarar ao fim de quanto tempo sem atividade termina a sessão',
        always: 'Sempre',
        never: 'Nunca',
      },
    },
    quickConnect: {
      title: 'Ligar a partir de fora da janela',
      text: 'Se a área de notificação, um link causeway://connect e o comando causeway connect --quick podem ligar. A área de notificação liga de imediato; um link pergunta primeiro. Caso contrário, abrem a janela, onde os utilizadores clicam em «Ligar». Sim se não estiver definido; um valor não reconhecido equivale a não.',
    },
    alwaysConnect: {
      title: 'Ligar sempre fora do campus',
      text: 'Se o Causeway se liga automaticamente sempre que o utilizador está fora do campus, segundo a sonda do perfil. Retoma uma sessão que ainda seja válida; caso contrário, para no início de sessão e notifica: não envia nenhuma palavra-passe nem faz tocar nenhum telemóvel por iniciativa própria. Quando o utilizador desliga a ligação, fica em pausa até se voltar a ligar, durante um dia ou até o Causeway ser iniciado de novo. Um valor não reconhecido equivale a desativado.',
    },
    userAgent: {
      title: 'Nome do programa que os gateways veem',
      text: 'O User-Agent indicado aos gateways de outros fabricantes, no início de sessão, no túnel e em todos os outros pedidos. Até 200 caracteres ASCII imprimíveis. Não definido: AnyConnect-compatible Causeway. Os gateways GlobalProtect e Fortinet recebem os nomes que o openconnect usa para os seus protocolos.',
    },
    reportedSystem: {
      title: 'Sistema operativo que os gateways veem',
      text: 'O sistema operativo indicado aos gateways de outros fabricantes. Não definido: o deste computador.',
      choices: { 'linux': 'Linux, 32 bits', 'linux-64': 'Linux, 64 bits', 'win': 'Windows', 'mac-intel': 'macOS' },
    },
    language: {
      title: 'Idioma',
      text: 'O idioma da aplicação.',
      choices: { 'system': 'O deste computador', 'en': 'Inglês', 'pt': 'Português', 'zh-Hant': 'Chinês tradicional' },
    },
    startAtSignIn: {
      title: 'Iniciar quando os utilizadores iniciam sessão neste computador',
      text: 'Se o Causeway arranca na área de notificação quando um utilizador inicia sessão neste computador.',
    },
    updates: {
      title: 'Atualizações',
      text: 'Se a instalação de um utilizador se atualiza automaticamente. As instalações para todo o computador (MSI, pkg, deb) nunca o fazem, qualquer que seja este valor. Se for uma predefinição, os utilizadores podem alterá-la nas Definições. Um valor não reconhecido equivale a desativadas.',
      choices: {
        automatic: 'Automáticas, quando os utilizadores saem do Causeway ou escolhem «Reiniciar o Causeway agora»',
        it: 'Só pela equipa de informática: o Causeway não procura atualizações e indica-o nas Definições',
        off: 'Desativadas: o Causeway não procura atualizações',
      },
    },
    updateChannel: {
      title: 'Que atualizações',
      text: 'Que versões recebe uma instalação que se atualiza automaticamente. Um valor não reconhecido equivale a as versões para todos.',
      choices: { stable: 'Versões para todos', beta: 'Versões que se experimentam primeiro' },
    },
    updateFeed: {
      title: 'Servidor de atualizações',
      text: 'O endereço https de uma pasta com uma cópia dos ficheiros de uma versão, como https://mirror.campus.example/causeway, sem nome, palavra-passe, ponto de interrogação nem cardinal. O que lá está tem de ter a assinatura do editor deste Causeway, como em qualquer outro lugar. Os redirecionamentos não são seguidos. none: não há servidor. Não definido: o do editor. Um valor não reconhecido equivale a none.',
    },
    helpDesk: {
      title: 'Serviço de apoio',
      text: 'A quem os utilizadores podem pedir ajuda. Substitui o serviço de apoio de todos os perfis.',
      fields: { name: 'Nome', phone: 'Telefone', email: 'Correio eletrónico', address: 'Endereço Web (https)' },
    },
    managedBy: {
      title: 'Quem gere este computador',
      text: 'O que os utilizadores leem junto de uma definição que a política bloqueou.',
      fields: { name: 'Nome', caption: 'Uma frase para os utilizadores', address: 'Endereço (https, mailto ou tel)' },
    },
    logLevel: {
      title: 'Quanto fica no registo',
      text: 'Quanto o Causeway escreve no seu registo neste computador. Aplica-se de imediato. Em nenhum nível escreve palavras-passe, códigos, bilhetes de sessão nem o que os utilizadores escrevem.',
      choices: {
        error: 'Falhas do próprio Causeway',
        info: 'Também como começam e acabam os inícios de sessão e as sessões',
        debug: 'Também cada passo de um início de sessão e de uma sessão, e o que o OpenConnect comunica, sem os valores',
      },
    },
    openconnectFrom: {
      title: 'Que OpenConnect usar',
      text: 'De onde o Causeway obtém a biblioteca e os programas do OpenConnect. As definições que indicam um caminho têm prioridade.',
      choices: {
        either: 'O do instalador; no Linux, o do sistema se esse não funcionar',
        installer: 'Só o do instalador',
        system: 'Só o do sistema (Linux)',
      },
    },
    library: {
      title: 'libopenconnect',
      text: 'O caminho da única libopenconnect com que se inicia sessão. Não definido: como indica «Que OpenConnect usar». O comando causeway doctor diz qual é usada.',
    },
    openconnect: {
      title: 'openconnect (já não é usado)',
      text: 'Já não tem efeito, porque a própria aplicação transporta os seus túneis. O openconnect do serviço auxiliar está em helper.json.',
    },
    ocproxy: { title: 'ocproxy (já não é usado)', text: 'Já não tem efeito, porque a própria aplicação transporta os seus túneis.' },
    hostCheckWrapper: {
      title: 'Resposta à verificação do computador por um gateway',
      text: 'O caminho de um programa que responde à verificação do computador por um gateway. Não definido: o Causeway só diz que o gateway exige uma verificação.',
    },
  },
  faults: {
    'unknown': 'O Causeway não conhece este nome',
    'wrong': 'O valor é do tipo errado ou não é permitido',
    'repeated': 'Aparece mais do que uma vez, por isso não se sabe qual era a pretendida',
    'profile': 'O perfil não pode ser usado',
    'not-administrators': 'Está num local onde qualquer pessoa pode escrever, por isso é ignorado',
    'untrusted': 'Pode ter sido escrito por quem não é administrador, por isso é ignorado na íntegra',
    'unreadable': 'Está danificado ou não pode ser lido, por isso fica proibido tudo o que poderia proibir',
    'unused': 'Já não tem efeito',
    'newer': 'Foi escrito para uma versão mais recente do Causeway. Só se aplica o que esta versão conhece',
  },
  faultDetails: {
    'no JSON object': 'não é um objeto JSON',
    'not a file': 'não é um ficheiro',
    'larger than 2 MiB': 'maior do que 2 MiB',
    'not a path of this system': 'não é um caminho deste sistema',
    'missing, or others than an administrator could have written it': 'não existe, ou pode ter sido escrito por quem não é administrador',
  },
};
