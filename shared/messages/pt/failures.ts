import type { Messages } from '../catalogue.ts';

/**
 * What stands in a sentence where a failure came without that detail. Most follow a noun that the sentence names itself
 * (“o servidor {host}”), so that they fit after “do”, “ao” and “pelo” as well.
 */
export const unknown: Messages['unknown'] = {
  folder: 'em causa',
  endedAt: 'hora não registada',
  host: 'em causa',
  issuer: 'outra autoridade',
  proxy: 'um proxy de outro tipo',
  scheme: 'de outro tipo',
  address: 'em causa',
  left: 'alguma coisa',
  days: 'alguns',
  campus: 'em causa',
  key: 'uma entrada',
  file: 'em causa',
  user: 'em causa',
  component: 'em causa',
  gateway: 'o gateway',
  network: 'outra VPN',
  untilAt: 'mais tarde',
  nextCodeAt: 'meio minuto',
  line: '?',
  column: '?',
  name: 'esse nome',
  text: 'A mensagem chegou vazia.',
  found: 'versão desconhecida',
  agent: 'Causeway',
  system: 'este sistema',
  offered: 'outros nomes',
  allowed: 'as palavras indicadas em docs/profiles.md',
  version: 'mais recente',
  signedAt: 'um dia anterior',
  nowDateAt: 'hoje',
};

/** Words of ours that code fills into a failure; see the English ones. */
export const failureWords: Messages['failureWords'] = {
  found: { 'TLS 1.2 without safe renegotiation': 'TLS 1.2 sem renegociação segura', '3DES or RC4': '3DES ou RC4' },
};

const checkNetwork = 'Verifique se este computador tem acesso à Internet e tente novamente.';
const callHelpDesk = 'Contacte o serviço de apoio e leia-lhe o código abaixo.';
const wifiFirst = 'Num hotel ou num café, abra primeiro uma página Web e inicie sessão no Wi-Fi.';

/** Every failure: its name, what happened, what to do. */
export const failures: Messages['failures'] = {
  // Reaching the gateway
  'gateway-unreachable': {
    title: 'O seu campus não respondeu',
    happened: 'Não é possível contactar o servidor {host} a partir daqui.',
    todo: checkNetwork,
  },
  'local-network': {
    title: 'Sem acesso à rede local',
    happened: 'O servidor {host} está na mesma rede que este Mac, e o macOS não deixa o Causeway comunicar com esse servidor.',
    todo: 'Em Definições do Sistema, Privacidade e segurança, Rede local, ative o Causeway e tente novamente. Se já estiver ativo, o servidor {host} pode estar desligado.',
  },
  'gateway-name-unknown': {
    title: 'Endereço não encontrado',
    happened: 'Esta rede não conhece o nome {host}.',
    todo: `Verifique se este computador tem acesso à Internet. ${wifiFirst}`,
  },
  'gateway-silent': {
    title: 'O seu campus não respondeu a tempo',
    happened: 'O servidor {host} não respondeu.',
    todo: 'Tente novamente. Se o problema persistir, experimente outra rede.',
  },
  'gateway-not-secure': {
    title: 'Sem ligação segura',
    happened: 'O servidor {host} não abriu uma ligação segura. Pode ter respondido outro dispositivo.',
    todo: `${wifiFirst} Depois tente novamente.`,
  },
  'old-tls': {
    title: 'A encriptação do seu campus é demasiado antiga',
    happened: 'O servidor {host} usa TLS antigo ({found}), que outros poderiam quebrar pelo caminho. Não foi enviado nada.',
    todo: 'Diga ao serviço de apoio: o gateway precisa de TLS 1.2 ou mais recente, com renegociação segura. A política deste computador pode permitir o antigo.',
  },
  'gateway-protocol': {
    title: 'Não é um gateway',
    happened: 'O servidor {host} responde, mas não como um gateway do seu campus.',
    todo: 'Verifique o campus nas Definições ou contacte o serviço de apoio: o endereço pode ter mudado.',
  },
  'gateway-closed': {
    title: 'O seu campus fechou a ligação',
    happened: 'Aconteceu durante o início de sessão no servidor {host}.',
    todo: 'Tente novamente.',
  },
  'gateway-busy': {
    title: 'O seu campus está ocupado',
    happened: 'O servidor {host} não aceita mais ligações neste momento.',
    todo: 'Aguarde alguns minutos e tente novamente.',
  },
  'campus-trouble': {
    title: 'Problema no seu campus',
    happened: 'O seu campus respondeu que não pode atender este pedido neste momento. A culpa não é sua.',
    todo: 'Aguarde alguns minutos e tente novamente. Se o problema persistir, contacte o serviço de apoio.',
  },
  'captive-portal': {
    title: 'Esta rede exige primeiro um início de sessão',
    happened: 'A rede leva este computador a {host}, e não ao seu campus, como em hotéis e cafés.',
    todo: 'Abra a página de início de sessão neste computador e tente novamente.',
  },
  'path-drops-long': {
    title: 'Os pacotes grandes não passam',
    happened: 'Algo no caminho até ao servidor {host} descarta pacotes grandes sem avisar: as páginas e as transferências ficam paradas.',
    todo: 'Use um túnel para todo o sistema, que encurta os pacotes, ou outra rede. Avise quem gere esta rede.',
  },
  'tunnel-leftover': {
    title: 'Ficaram restos de um túnel',
    happened: 'Um túnel terminou sem limpar tudo. Ficou: {left}. Por isso, alguns nomes e endereços podem não funcionar.',
    todo: 'Inicie o serviço auxiliar do Causeway, que faz a limpeza: sudo systemctl start causeway-helper. Ou reinicie este computador.',
  },
  'proxy-unreachable': {
    title: 'O proxy da rede não respondeu',
    happened: 'Este computador acede à Internet através do proxy {host}, que não responde.',
    todo: 'Verifique o proxy nas definições de rede do sistema ou experimente outra rede.',
  },
  'proxy-rejected': {
    title: 'O proxy recusou a ligação',
    happened: 'O proxy {host} não aceitou o nome de utilizador e a palavra-passe.',
    todo: 'Introduza novamente os dados desta rede, não os do seu campus.',
  },
  'proxy-sign-in-kind': {
    title: 'O proxy pede outro início de sessão',
    happened: 'O proxy {host} pede um início de sessão {scheme}. O Causeway só lhe pode enviar um nome e uma palavra-passe (Basic).',
    todo: 'Peça à equipa de informática uma exceção para o gateway do seu campus ou um proxy que aceite Basic. Ou experimente outra rede.',
  },
  'proxy-kind': {
    title: 'Um proxy que o Causeway não pode usar',
    happened: 'Esta rede usa {proxy}. O Causeway pode usar proxies HTTP, HTTPS e SOCKS.',
    todo: 'Verifique o proxy nas definições de rede do sistema ou peça à equipa de informática um destes tipos. Ou experimente outra rede.',
  },
  // Certificates
  'certificate-untrusted': {
    title: 'Identidade não confirmada',
    happened:
      'Este computador não consegue confirmar que o servidor {host} é mesmo do seu campus. Alguém pode estar a fazer-se passar por ele.',
    todo: 'Não continue a partir de uma rede que não conhece. Pergunte ao serviço de apoio se o certificado é novo.',
  },
  'certificate-changed': {
    title: 'A chave do servidor mudou',
    happened: 'O servidor {host} apresenta uma chave diferente da que o Causeway conhece. Alguém pode estar a fazer-se passar por ele.',
    todo: 'Não inicie sessão. Experimente outra rede e avise o serviço de apoio.',
  },
  'certificate-wrong-host': {
    title: 'Servidor errado',
    happened: 'O servidor que respondeu em nome de {host} tem um certificado com outro nome.',
    todo: `${wifiFirst} Depois tente novamente.`,
  },
  'certificate-expired': {
    title: 'Certificado fora de prazo',
    happened: 'O certificado do servidor {host} não é válido na data e hora deste computador.',
    todo: 'Verifique o relógio deste computador. Se estiver certo, avise o serviço de apoio.',
  },
  'certificate-incomplete': {
    title: 'Falta um certificado intermédio',
    happened: 'O servidor {host} não enviou o certificado de «{issuer}», que assinou o seu.',
    todo: 'Quase sempre é um erro do seu campus: diga ao serviço de apoio que o servidor não envia esse certificado intermédio.',
  },
  'certificate-declined': {
    title: 'Sem ligação',
    happened: 'Não aceitou o certificado do servidor {host}.',
    todo: 'Confirme a impressão digital com o serviço de apoio e tente novamente.',
  },
  // Signing in
  'notice-declined': {
    title: 'Aviso recusado',
    happened: 'Recusou o aviso do seu campus, por isso o início de sessão terminou.',
    todo: 'Ligue-se novamente e escolha «Continuar (Proceed)».',
  },
  'sign-in-rejected': {
    title: 'ID de utilizador ou palavra-passe incorretos',
    happened: 'O seu campus não aceitou este ID de utilizador com esta palavra-passe.',
    todo: 'Verifique se o ID de utilizador está bem escrito. Clique no olho («Mostrar palavra-passe») para ver a palavra-passe. O Caps Lock está ativo?',
  },
  'answer-rejected': {
    title: 'Resposta não aceite',
    happened: 'O seu campus não aceitou o que preencheu.',
    todo: 'Leia a explicação do campus e tente novamente.',
  },
  'sign-in-timed-out': {
    title: 'O início de sessão demorou demasiado',
    happened: 'O seu campus só espera alguns minutos por uma resposta.',
    todo: 'Tente novamente. O que escreveu continua preenchido.',
  },
  'account-locked': {
    title: 'Conta bloqueada',
    happened: 'Houve demasiadas tentativas falhadas. O seu campus só aceita outra depois desta hora: {untilAt}.',
    todo: 'Aguarde até lá. Se não puder esperar, contacte o serviço de apoio.',
  },
  'account-locked-out': {
    title: 'Conta bloqueada',
    happened: 'Houve demasiadas tentativas falhadas. O seu campus não diz quando pode tentar novamente.',
    todo: 'Tente mais tarde. Se não puder esperar, contacte o serviço de apoio.',
  },
  'choice-not-offered': {
    title: '«{name}» não está disponível',
    happened: 'O seu campus oferece: {offered}.',
    todo: 'Escolha uma destas opções. Se a sua não estiver na lista, contacte o serviço de apoio.',
  },
  'no-gateway': {
    title: 'Não tem nenhum gateway atribuído',
    happened: 'O servidor {host} aceitou o início de sessão, mas a sua conta não tem nenhum gateway.',
    todo: callHelpDesk,
  },
  'gateway-says': {
    title: 'Mensagem do seu campus',
    happened: '{text}',
    todo: 'A ligação foi estabelecida.',
  },
  'password-ends': {
    title: 'A sua palavra-passe vai expirar',
    happened: 'Dias que faltam, segundo o gateway do seu campus: {days}.',
    todo: 'Altere-a antes disso, no local indicado pelo seu campus.',
  },
  'no-second-factor': {
    title: 'Sem segundo fator',
    happened: 'O seu campus não tem nenhum dispositivo nem código de recuperação registado em seu nome.',
    todo: 'Escolha «Perdi o telemóvel» para obter um código de recuperação.',
  },
  'passcode-wrong': {
    title: 'Código incorreto',
    happened: 'O seu campus não aceitou este código.',
    todo: 'Verifique cada dígito e confirme que é o código mais recente do seu telemóvel.',
  },
  'passcode-used': {
    title: 'Código já usado',
    happened: 'Cada código só funciona uma vez.',
    todo: 'Aguarde pelo próximo código no telemóvel e introduza esse.',
  },
  'passcode-expired': {
    title: 'Código expirado',
    happened: 'Este código já não é válido.',
    todo: 'Introduza o código mais recente do seu telemóvel ou obtenha um novo código de recuperação.',
  },
  'push-denied': {
    title: 'A notificação push foi recusada',
    happened: 'Alguém escolheu «Deny» no telemóvel.',
    todo: 'Se foi engano seu, envie outra. Se não foi uma escolha sua, altere já a palavra-passe.',
  },
  'push-timed-out': {
    title: 'A notificação push ficou sem resposta',
    happened: 'Ninguém aprovou a notificação a tempo.',
    todo: 'Desbloqueie o telemóvel e envie outra, ou introduza um código, que funciona sem Internet.',
  },
  'push-refused-at-once': {
    title: 'Recusado de imediato',
    happened:
      'O seu campus recusou antes de alguém poder responder no telemóvel: a palavra-passe está errada, ou o campus não lhe envia notificações.',
    todo: 'Verifique a palavra-passe e envie outra, ou introduza um código.',
  },
  'push-superseded': {
    title: 'A notificação push foi substituída',
    happened: 'Foi enviada uma mais recente, ou o dispositivo foi removido.',
    todo: 'Aprove a mais recente ou envie outra.',
  },
  'push-left': {
    title: 'Pode haver uma notificação push no seu telemóvel',
    happened: 'Interrompeu o início de sessão na página do segundo fator, que pode ter enviado uma.',
    todo: 'Não a aprove. Escolha «Deny» ou espere que expire.',
  },
  'call-not-confirmed': {
    title: 'A chamada não foi confirmada',
    happened: 'Ninguém a confirmou no telemóvel, ou a chamada não chegou.',
    todo: 'Peça outra chamada ou introduza um código.',
  },
  'factor-unknown': {
    title: 'Opção não reconhecida',
    happened: 'O que introduziu não é um código nem uma opção do seu campus.',
    todo: 'Escolha uma das opções abaixo ou introduza o código completo.',
  },
  'session-limit': {
    title: 'Demasiadas sessões',
    happened: 'Tem sessão iniciada em tantos computadores quantos o seu campus permite.',
    todo: 'Desligue a ligação num deles e tente novamente.',
  },
  'browser-closed': {
    title: 'A página de início de sessão foi fechada',
    happened: 'Fechou a página antes de o seu campus confirmar o início de sessão.',
    todo: 'Abra-a novamente para continuar.',
  },
  'browser-strayed': {
    title: 'A página de início de sessão levou a outro lado',
    happened: 'O perfil do seu campus não indica o endereço {host}.',
    todo: 'Use o seu navegador, se essa opção existir, ou contacte o serviço de apoio.',
  },
  'page-refused': {
    title: 'O seu campus recusou o início de sessão',
    happened: 'O servidor {host} indicou que o início de sessão falhou.',
    todo: 'Tente novamente. Se voltar a falhar, diga ao serviço de apoio o que a página mostra.',
  },
  'page-signed-out': {
    title: 'A sua sessão terminou',
    happened: 'O servidor {host} mostrou a página que indica o fim da sessão.',
    todo: 'Inicie sessão novamente para continuar.',
  },
  'new-password-wanted': {
    title: 'O seu campus pede uma nova palavra-passe',
    happened: 'O servidor {host} pediu uma nova palavra-passe, e a página foi fechada antes de a receber.',
    todo: 'Inicie sessão novamente e escolha a nova palavra-passe na página, ou contacte o serviço de apoio.',
  },
  'pulse-refused': {
    title: 'O gateway pede outra forma de acesso',
    happened: 'O servidor {host} recusa este programa através do protocolo «pulse». O problema não está na sua palavra-passe.',
    todo: 'Peça ao serviço de apoio um perfil com o protocolo «nc» que inicie sessão na página do seu campus.',
  },
  'browser-slow': {
    title: 'A página está a demorar',
    happened: 'A página de {host} ainda não acabou de carregar.',
    todo: 'Aguarde ou recarregue a página. Se o problema persistir, cancele e experimente outra rede.',
  },
  'browser-cookies': {
    title: 'Os cookies da página são demasiado grandes',
    happened: 'O servidor {host} recusa a página por causa dos cookies que o próprio servidor definiu.',
    todo: 'Comece de novo: o Causeway apaga primeiro os cookies. Se o problema persistir, contacte o serviço de apoio.',
  },
  'browser-crashed': {
    title: 'A página parou',
    happened: 'A página de {host} terminou inesperadamente.',
    todo: 'Comece de novo. Se o problema persistir, contacte o serviço de apoio.',
  },
  'browser-port': {
    title: 'O navegador não conseguiu voltar ao Causeway',
    happened:
      'A página do seu campus regressa a este computador pela porta 29786, e essa porta está ocupada por outro programa, ou o IPv6 está desativado.',
    todo: 'Feche qualquer outro programa de VPN, sobretudo o da Cisco, e tente novamente.',
  },
  'browser-answer': {
    title: 'A resposta do navegador não é válida',
    happened:
      'A resposta do navegador não era deste início de sessão: pode ter vindo de um separador antigo ou de outro programa deste computador.',
    todo: 'Feche os separadores antigos da página de início de sessão e abra-a novamente.',
  },
  'client-certificate-missing': {
    title: 'O seu certificado é necessário',
    happened: 'O servidor {host} só aceita quem apresentar um certificado pessoal.',
    todo: 'Escolha o ficheiro que o seu campus lhe deu. O nome costuma terminar em .p12 ou .pem.',
  },
  'client-certificate-unreadable': {
    title: 'Não foi possível abrir o certificado',
    happened: 'O ficheiro {file} não contém um certificado com a respetiva chave, ou a frase de acesso está errada.',
    todo: 'Introduza novamente a frase de acesso ou escolha outro ficheiro.',
  },
  'client-certificate-rejected': {
    title: 'Certificado não aceite',
    happened: 'O servidor {host} não aceitou o seu certificado.',
    todo: 'Pode ter expirado. Peça um novo ao serviço de apoio.',
  },
  'client-refused': {
    title: 'O seu campus não aceita este programa',
    happened: 'O servidor {host} recusa este programa, que conhece como «{agent}» em «{system}». O problema não está na sua palavra-passe.',
    todo: 'Diga os dois nomes ao serviço de apoio. Quem administra este computador pode definir outros na política.',
  },
  'system-refused': {
    title: 'O seu campus não aceita este sistema',
    happened: 'O servidor {host} recusa computadores com «{system}». O problema não está na sua palavra-passe.',
    todo: 'Pergunte ao serviço de apoio que sistemas são aceites. Quem administra este computador pode indicar outro na política.',
  },
  'host-check': {
    title: 'O seu campus verifica primeiro o computador',
    happened: 'O servidor {host} exige uma verificação deste computador que o Causeway não pode fazer.',
    todo: 'Pergunte ao serviço de apoio se se pode ligar sem essa verificação.',
  },
  'codes-key-invalid': {
    title: 'Isto não é uma chave de códigos',
    happened: 'O que colou não é um endereço otpauth:// nem uma chave de letras e dígitos.',
    todo: 'Copie novamente a chave da página do seu campus.',
  },
  // The session
  'ticket-rejected': {
    title: 'Sessão terminada',
    happened: 'O seu campus já não reconhece esta sessão.',
    todo: 'Ligue-se novamente. Terá de iniciar sessão.',
  },
  'session-expired': { title: 'A sua sessão terminou', happened: 'O tempo acabou.', todo: 'Ligue-se novamente para continuar.' },
  'session-idle': {
    title: 'A sua sessão terminou',
    happened: 'Não houve atividade durante algum tempo, e o seu campus fechou-a.',
    todo: 'Ligue-se novamente para continuar.',
  },
  'session-revoked': {
    title: 'O seu campus terminou a sessão',
    happened: 'Um administrador do seu campus fechou-a.',
    todo: 'Contacte o serviço de apoio para saber porquê.',
  },
  'session-replaced': {
    title: 'Sessão iniciada noutro computador',
    happened: 'Ligou-se noutro computador, e essa sessão substituiu esta.',
    todo: 'Ligue-se novamente para continuar aqui.',
  },
  'gateway-gone': {
    title: 'O seu campus não voltou a responder',
    happened: 'O servidor {host} não responde há pelo menos meia hora, e o Causeway deixou de tentar.',
    todo: 'Ligue-se novamente quando este computador tiver acesso à Internet. Terá de iniciar sessão.',
  },
  'left-campus': {
    title: 'Saiu do campus',
    happened: 'Este computador saiu do campus, por isso o Causeway retoma a sua sessão.',
    todo: 'Não tem de fazer nada. Se a ligação não voltar em breve, inicie sessão novamente.',
  },
  'cannot-extend': {
    title: 'Sessão não prolongada',
    happened: 'O seu campus não dá mais tempo a esta sessão.',
    todo: 'Termine o que está a fazer e ligue-se novamente.',
  },
  // The tunnel
  'tunnel-dropped': {
    title: 'Ligação interrompida',
    happened: 'A ligação ao servidor {host} caiu.',
    todo: 'O Causeway volta a ligar-se automaticamente. Se não puder esperar, clique em «Tentar agora».',
  },
  'ticket-too-long': {
    title: 'Não foi possível abrir a ligação',
    happened: 'Tem sessão iniciada, mas o bilhete de sessão do servidor {host} é mais longo do que o openconnect deste computador aceita.',
    todo: 'Peça à equipa de informática o OpenConnect 9.12 ou mais recente.',
  },
  'tunnel-refused': {
    title: 'Não foi possível abrir a ligação',
    happened: 'Tem sessão iniciada, mas o servidor {host} não abriu a ligação.',
    todo: callHelpDesk,
  },
  'tunnel-down': {
    title: 'Sem ligação',
    happened: 'Esta página precisa da ligação ao campus, que não está ativa.',
    todo: 'Aguarde que a ligação volte ou ligue-se novamente.',
  },
  'tunnel-failed': {
    title: 'O túnel não abriu',
    happened: 'Tem sessão iniciada no servidor {host}, mas o tráfego não passa.',
    todo: 'Tente novamente. Se o problema persistir, contacte o serviço de apoio e leia-lhe o código abaixo.',
  },
  'helper-missing': {
    title: 'O túnel do sistema não está instalado',
    happened: 'O serviço auxiliar não responde neste computador.',
    todo: 'Peça à equipa de informática que o instale. Um perfil com um túnel só para o Causeway não precisa desse serviço.',
  },
  'helper-denied': {
    title: 'Não permitido neste computador',
    happened: 'Quem administra este computador não lhe permite abrir um túnel do sistema para o servidor {host}.',
    todo: 'Peça à equipa de informática que o permita e leia-lhe o código abaixo.',
  },
  'gateway-unproven': {
    title: 'Não é possível confirmar o gateway',
    happened: 'O túnel do sistema só confia no que o administrador deste computador indicou, e nada disso confirma o servidor {host}.',
    todo: 'Peça à equipa de informática que indique a chave ou a autoridade desse servidor e leia-lhe o código abaixo.',
  },
  'tunnel-taken': {
    title: 'Outra pessoa está ligada',
    happened: 'O utilizador {user} tem um túnel aberto neste computador, e só pode haver um.',
    todo: 'Peça a essa pessoa que desligue a ligação e tente novamente.',
  },
  'other-vpn': {
    title: 'Há outra VPN ativa',
    happened: 'O tráfego deste computador passa por {network}. Duas VPN ao mesmo tempo interferem uma com a outra.',
    todo: 'Desligue a outra se as páginas do seu campus não carregarem.',
  },
  'host-not-allowed': {
    title: 'Não permitido',
    happened: 'O seu campus não deixa esta sessão aceder ao servidor {host}.',
    todo: 'Volte ao portal de dispositivos.',
  },
  'host-unreachable': {
    title: 'Página inacessível',
    happened: 'O servidor {host} não respondeu ao gateway do seu campus.',
    todo: 'Recarregue-a dentro de momentos.',
  },
  'host-ipv6': {
    title: 'Não passa por este túnel',
    happened: 'O endereço {host} é IPv6, e o gateway do seu campus não atribuiu a este túnel nenhum endereço desse tipo.',
    todo: 'Use o nome do servidor, se existir, ou contacte o serviço de apoio.',
  },
  'names-silent': {
    title: 'Os nomes de servidores não funcionam',
    happened: 'Nenhum dos servidores DNS do seu campus respondeu quando o Causeway procurou o servidor {host}.',
    todo: 'Recarregue a página dentro de momentos.',
  },
  'names-none': {
    title: 'Os nomes de servidores não funcionam',
    happened: 'O gateway do seu campus não indicou nenhum servidor DNS, e o Causeway não pode procurar o servidor {host}.',
    todo: 'Avise o serviço de apoio. Pode usar um endereço numérico.',
  },
  'streams-full': {
    title: 'Demasiadas ligações',
    happened: 'Há tantas ligações abertas no túnel que não é possível abrir mais nenhuma para o servidor {host}.',
    todo: 'Feche aquilo de que não precisa e recarregue a página.',
  },
  'host-name-unknown': {
    title: 'Nome desconhecido',
    happened: 'O seu campus não conhece o nome {host}.',
    todo: 'Verifique o endereço ou contacte o serviço de apoio.',
  },
  // The portal view
  'portal-unreachable': {
    title: 'O portal de dispositivos não respondeu',
    happened: 'A ligação está ativa, mas o servidor {host} não responde.',
    todo: 'Recarregue a página dentro de momentos.',
  },
  'portal-certificate': {
    title: 'Identidade do portal não confirmada',
    happened: 'O seu campus não garante o certificado do servidor {host}.',
    todo: 'Não continue. Avise o serviço de apoio.',
  },
  'portal-left': {
    title: 'Esta página não pertence ao portal de dispositivos',
    happened: 'O portal tentou abrir o endereço {host}, que não lhe pertence.',
    todo: 'Se precisar dele, abra-o no seu navegador.',
  },
  'portal-sign-in': {
    title: 'O início de sessão no portal falhou',
    happened: 'O portal não aceitou a sessão desta ligação.',
    todo: 'Inicie sessão na página do portal com o seu ID de utilizador e a sua palavra-passe.',
  },
  // Recovery
  'recovery-identity': {
    title: 'Os dados não correspondem',
    happened: 'Não há ninguém com estes dados nos registos do seu campus.',
    todo: 'Verifique o ID de utilizador, a data de nascimento e os últimos quatro caracteres. Para sua proteção, o seu campus não diz qual deles está errado.',
  },
  'recovery-password': {
    title: 'Palavra-passe incorreta',
    happened: 'O seu campus não aceitou esta palavra-passe.',
    todo: 'Clique no olho («Mostrar palavra-passe») para a ver. O Caps Lock está ativo?',
  },
  'recovery-limited': {
    title: 'Demasiadas tentativas',
    happened: 'O seu campus só aceita outra depois desta hora: {untilAt}.',
    todo: 'Aguarde até lá. Se não puder esperar, contacte o serviço de apoio.',
  },
  'recovery-unreachable': {
    title: 'O sítio de recuperação não respondeu',
    happened: 'Não é possível contactar o servidor {host} a partir daqui.',
    todo: checkNetwork,
  },
  'recovery-timed-out': {
    title: 'A recuperação demorou demasiado',
    happened: 'O seu campus só mantém uma identidade verificada durante dez minutos.',
    todo: 'Comece de novo: escolha «Perdi o telemóvel».',
  },
  'recovery-unavailable': {
    title: 'Recuperação não disponível',
    happened: 'O seu campus não fornece códigos de recuperação através do Causeway.',
    todo: 'Contacte o serviço de apoio, que lhe pode dar acesso.',
  },
  // Settings, profiles, keychain
  'settings-damaged': {
    title: 'As definições foram repostas',
    happened: 'Não foi possível ler as definições. O original está guardado no ficheiro {file}.',
    todo: 'Se o seu campus não aparecer, volte a adicionar esse campus.',
  },
  'settings-repaired': {
    title: 'Não foi possível ler algumas definições',
    happened: 'Essas voltaram ao valor inicial e as restantes mantêm-se. O original está guardado no ficheiro {file}.',
    todo: 'Reveja as Definições e, se o seu campus não aparecer, volte a adicionar esse campus.',
  },
  'settings-newer': {
    title: 'Definições de uma versão mais recente',
    happened: 'As definições são de uma versão mais recente do Causeway. Ficaram guardadas no ficheiro {file}.',
    todo: 'Atualize o Causeway para as recuperar.',
  },
  'settings-unwritable': {
    title: 'Não é possível guardar as definições',
    happened: 'Este computador não deixou o Causeway escrever as suas definições.',
    todo: 'Liberte espaço no disco. Até lá, as alterações só duram enquanto o Causeway estiver aberto.',
  },
  'folder-unusable': {
    title: 'Não é possível ler as suas definições',
    happened:
      'Este computador não deixa o Causeway ler a pasta {folder}. O Causeway arranca sem definições e não guarda nada do que fizer agora.',
    todo: 'Peça à equipa de informática que reponha o seu acesso à pasta e abra novamente o Causeway: o conteúdo da pasta não se perdeu.',
  },
  'policy-ignored': {
    title: 'A política deste computador não está a ser aplicada',
    happened:
      'As decisões da equipa de informática para este computador ({file}) estão danificadas ou podem ter sido escritas por outra pessoa.',
    todo: 'Avise a equipa de informática. O Causeway continua sem elas.',
  },
  'policy-unreadable': {
    title: 'Não é possível ler a política deste computador',
    happened: 'As decisões da equipa de informática para este computador ({file}) estão danificadas.',
    todo: 'Avise a equipa de informática. Enquanto não forem corrigidas, o Causeway proíbe tudo o que uma política pode proibir.',
  },
  'policy-repaired': {
    title: 'Parte da política não foi reconhecida',
    happened:
      'As decisões da equipa de informática para este computador ({file}) contêm o que o Causeway não conhece: {key}. O resto é aplicado.',
    todo: 'Avise a equipa de informática ou continue sem isso.',
  },
  'policy-campuses': {
    title: 'A equipa de informática escolhe os campus',
    happened: 'A política deste computador não permite adicionar campus.',
    todo: 'Escolha um dos campus da lista ou peça à equipa de informática que adicione o seu.',
  },
  'policy-gateways': {
    title: 'Este gateway não é permitido',
    happened: 'A política deste computador não permite nenhum gateway do campus {campus}.',
    todo: 'Peça à equipa de informática que o permita: {gateway}.',
  },
  'policy-locked': {
    title: 'Definido pela equipa de informática',
    happened: 'A política deste computador decide esta definição.',
    todo: 'Peça à equipa de informática que a altere.',
  },
  'keychain-absent': {
    title: 'Sem porta-chaves',
    happened: 'Este computador não tem um porta-chaves onde guardar a sua palavra-passe.',
    todo: 'Introduza-a de cada vez.',
  },
  'keychain-too-long': {
    title: 'Demasiado longo para guardar',
    happened: 'O porta-chaves do Windows guarda no máximo 2560 bytes, e isto é mais longo. Não foi guardado.',
    todo: 'Introduza-o de cada vez.',
  },
  'saved-password-removed': {
    title: 'Palavra-passe guardada removida',
    happened: 'O seu campus não aceitou a palavra-passe guardada neste computador, por isso ela deixou de estar guardada.',
    todo: 'Introduza a sua palavra-passe atual. Assinale «Memorizar os meus dados» para a guardar novamente.',
  },
  'keychain-locked': {
    title: 'Porta-chaves bloqueado',
    happened: 'O porta-chaves deste computador está bloqueado.',
    todo: 'Desbloqueie-o ou introduza a palavra-passe desta vez.',
  },
  'page-sign-in-damaged': {
    title: 'Sessão guardada da página perdida',
    happened: 'Já não é possível ler a sessão guardada da página do campus {campus}. O Causeway esqueceu-a.',
    todo: 'Inicie sessão novamente na página. A sessão volta a ser guardada, se assim quiser.',
  },
  'page-sign-in-not-kept': {
    title: 'Sessão da página não guardada',
    happened: 'Este computador não deixou o Causeway guardar a sessão iniciada na página do campus {campus}.',
    todo: 'Desbloqueie o porta-chaves ou liberte espaço no disco. Por agora, tem sessão iniciada.',
  },
  'page-sign-in-too-many': {
    title: 'Sessão da página guardada em parte',
    happened: 'O servidor {host} definiu mais cookies do que o Causeway guarda, por isso não guarda nenhum deles.',
    todo: 'Esse sítio pode pedir-lhe mais vezes para iniciar sessão. Por agora, tem sessão iniciada.',
  },
  'page-sign-in-stays': {
    title: 'Sessão da página não removida',
    happened: 'O Causeway já não usa a sessão guardada da página, mas este computador não o deixou remover o ficheiro {file}.',
    todo: 'Abra novamente o Causeway, que volta a tentar.',
  },
  'profile-invalid': {
    title: 'Não é um perfil de campus',
    happened: 'Não foi possível ler o perfil. Em falta ou com erro: {key}.',
    todo: 'Peça um novo ao serviço de apoio.',
  },
  'profile-syntax': {
    title: 'Não é um perfil de campus',
    happened: 'Não é JSON bem formado: veja a linha {line}, coluna {column}.',
    todo: 'Se o perfil é da sua autoria, corrija-o aí. Caso contrário, peça um novo ao serviço de apoio.',
  },
  'profile-choice': {
    title: 'Não é um perfil de campus',
    happened: '«{key}» só pode ter um destes valores: {allowed}.',
    todo: 'Se o perfil é da sua autoria, corrija-o. Caso contrário, peça um novo ao serviço de apoio.',
  },
  'profile-dropped': {
    title: 'Parte do perfil foi ignorada',
    happened: 'No ficheiro {file}, isto é desconhecido ou está errado e não é usado: {key}.',
    todo: 'Se o perfil é da sua autoria, corrija-o. Caso contrário, avise o serviço de apoio.',
  },
  'profile-file-missing': {
    title: 'O ficheiro não existe',
    happened: 'O ficheiro {file} não existe ou não pode ser lido.',
    todo: 'Verifique o nome e a pasta.',
  },
  'profile-not-found': {
    title: 'Não há nenhum perfil nesse endereço',
    happened: 'O endereço {address} não publica um perfil do Causeway.',
    todo: 'Verifique o endereço no guia do seu campus ou escolha um ficheiro de perfil.',
  },
  'profile-unreachable': {
    title: 'Sem resposta',
    happened: 'Não é possível contactar o endereço {address} a partir daqui.',
    todo: 'Verifique o endereço e se este computador tem acesso à Internet.',
  },
  'profile-none': {
    title: 'Campus desconhecido',
    happened: 'O Causeway não conhece este campus.',
    todo: 'Adicione-o primeiro, pelo endereço ou com um ficheiro de perfil.',
  },
  'campus-not-found': {
    title: 'Campus desconhecido',
    happened: 'O Causeway não conhece nenhum campus com este nome: {name}.',
    todo: 'Introduza o endereço Web do seu campus ou o seu endereço de e-mail do campus. Em caso de dúvida, pergunte ao serviço de apoio.',
  },
  'profile-untried': {
    title: 'Ainda ninguém experimentou este perfil',
    happened: 'O perfil do campus {campus} vem com o Causeway. Foi feito a partir de páginas públicas.',
    todo: 'Se o seu campus publicar um perfil próprio, prefira esse.',
  },
  'campus-managed': {
    title: 'Este campus já está configurado',
    happened: 'O administrador deste computador já configurou o campus {campus}.',
    todo: 'Escolha-o na lista de campus.',
  },
  'component-missing': {
    title: 'Falta alguma coisa neste computador',
    happened: 'O Causeway precisa do componente {component} para se ligar a este gateway, e ele não está instalado.',
    todo: 'Instale novamente o Causeway ou peça à equipa de informática que o instale. No Debian: sudo apt install openconnect',
  },
  'app-needed': {
    title: 'Este início de sessão precisa da janela do Causeway',
    happened: 'Neste campus, o início de sessão é feito numa página do próprio campus, que um terminal não pode mostrar.',
    todo: 'Abra o Causeway e ligue-se lá. Depois, pode acompanhar a ligação com causeway status.',
  },
  'component-altered': {
    title: 'Uma parte do Causeway foi alterada',
    happened: 'O componente {component} não é o que veio com o Causeway, por isso não é usado.',
    todo: 'Instale novamente o Causeway. Se o problema persistir, contacte o serviço de apoio e leia-lhe o código abaixo.',
  },
  'temporary-folder': {
    title: 'Não há espaço para a ligação',
    happened:
      'O Causeway precisa de uma pequena pasta entre os ficheiros temporários, e este computador não deixa criá-la. Local: a pasta {folder}.',
    todo: 'Liberte espaço no disco e tente novamente. Se houver espaço, pergunte à equipa de informática quem pode escrever nessa pasta.',
  },
  'component-failed': {
    title: 'Uma parte do Causeway parou',
    happened: 'O componente {component} terminou a meio do trabalho.',
    todo: 'Tente novamente. Se o problema persistir, contacte o serviço de apoio e leia-lhe o código abaixo.',
  },
  'roots-late': {
    title: 'Este computador não respondeu a tempo',
    happened:
      'Este computador não indicou em meio minuto as autoridades em que confia, necessárias para confirmar o servidor {host}. Não foi enviado nada.',
    todo: 'Tente novamente. Se o problema persistir, a causa pode ser um programa que inspeciona o tráfego da rede: pergunte à equipa de informática.',
  },
  'control-foreign': {
    title: 'Outro programa responde em nome do Causeway',
    happened: 'Outro utilizador deste computador ocupou o nome com que os comandos encontram o Causeway. Não lhe foi enviado nada.',
    todo: 'Use a janela do Causeway. Reinicie o computador; se o problema persistir, contacte o serviço de apoio e leia-lhe o código abaixo.',
  },
  'versions-differ': {
    title: 'Duas versões do Causeway',
    happened: 'O componente {component} é de uma versão diferente da do programa que lhe fez o pedido, e os dois não se entendem.',
    todo: 'Saia do Causeway e abra-o novamente, ou reinicie o computador. Se o problema persistir, peça à equipa de informática que deixe instalada só uma versão.',
  },
  // Our own house
  'parts-missing': {
    title: 'Falta uma parte do Causeway',
    happened:
      'A pasta {folder}, instalada com o Causeway, já não existe. Sem essa pasta, não é possível iniciar sessão em alguns gateways.',
    todo: 'Instale novamente o Causeway.',
  },
  'sandbox-off': {
    title: 'As páginas Web estão menos isoladas',
    happened:
      'O Causeway foi iniciado sem a sandbox para páginas Web (--no-sandbox). Uma AppImage inicia-se assim quando este computador não permite a sandbox.',
    todo: 'Instale o pacote do Causeway para o seu sistema ou peça à equipa de informática que permita espaços de nomes de utilizador (user namespaces).',
  },
  'update-unreachable': {
    title: 'Sem resposta sobre atualizações',
    happened: 'O servidor {host}, que tem as atualizações do Causeway, não respondeu.',
    todo: 'Verifique se este computador tem acesso à Internet. O Causeway volta a tentar automaticamente.',
  },
  'update-untrusted': {
    title: 'Uma atualização que não é nossa',
    happened: 'O que o servidor de atualizações oferece não está assinado pelo editor do Causeway. Não foi transferido nada.',
    todo: 'Avise a equipa de informática ou o serviço de apoio. O Causeway continua como está.',
  },
  'update-invalid': {
    title: 'Informação sobre atualizações ilegível',
    happened: 'A informação do servidor de atualizações não cumpre uma regra: {key}.',
    todo: 'Avise a equipa de informática ou o serviço de apoio. O Causeway continua como está.',
  },
  'update-expired': {
    title: 'Informação sobre atualizações fora de prazo',
    happened: 'A informação do servidor de atualizações era válida até {endedAt}. Data e hora deste computador: {nowDateAt}.',
    todo: 'Verifique o relógio deste computador. Se estiver certo, avise a equipa de informática: podem faltar correções de segurança ao Causeway.',
  },
  'update-clock': {
    title: 'O relógio deste computador está errado',
    happened: 'A resposta do servidor de atualizações foi assinada em {signedAt}. Data e hora deste computador: {nowDateAt}.',
    todo: 'Acerte o relógio deste computador. Sem isso, o Causeway não sabe que atualizações ainda são válidas.',
  },
  'update-older': {
    title: 'O servidor de atualizações está atrasado',
    happened: 'O servidor oferece informação mais antiga do que a que o Causeway já tem, por isso é ignorada.',
    todo: 'Normalmente, resolve-se por si. Se durar vários dias, avise a equipa de informática.',
  },
  'update-damaged': {
    title: 'A atualização chegou danificada',
    happened: 'O ficheiro {file} não é o que foi assinado. Foi eliminado.',
    todo: 'O Causeway volta a tentar automaticamente. Se voltar a acontecer, experimente outra rede.',
  },
  'update-disk-full': {
    title: 'Sem espaço para a atualização',
    happened: 'O disco deste computador está cheio.',
    todo: 'Liberte espaço no disco. O Causeway volta a tentar automaticamente.',
  },
  'update-unwritable': {
    title: 'Não é possível guardar a atualização',
    happened: 'Este computador não deixou o Causeway guardar a sua atualização.',
    todo: 'Avise o serviço de apoio. O Causeway continua como está.',
  },
  'update-not-installed': {
    title: 'A atualização não foi instalada',
    happened: 'O Causeway devia ter passado à versão {version} quando fechou pela última vez, mas não passou.',
    todo: 'O Causeway volta a tentar quando sair. Se voltar a acontecer, avise o serviço de apoio ou instale a nova versão.',
  },
  'report-not-saved': {
    title: 'O relatório não foi guardado',
    happened: 'O Causeway não conseguiu escrever {file} nesse local.',
    todo: 'Escolha outra pasta ou copie o relatório.',
  },
  'fault-ended': {
    title: 'O Causeway teve de fechar',
    happened: 'Ocorreu um erro interno, e o Causeway fechou-se. Data e hora: {endedAt}.',
    todo: 'Se voltar a acontecer, envie o registo mais recente ao serviço de apoio. As Definições mostram onde estão os registos.',
  },
  'session-interrupted': {
    title: 'O Causeway fechou inesperadamente',
    happened: 'O Causeway parou durante uma ligação ao campus {campus}, sem terminar a sessão.',
    todo: 'Tente novamente para continuar. O que já tinha concluído está guardado.',
  },
  'sign-in-interrupted': {
    title: 'O Causeway fechou inesperadamente',
    happened: 'O Causeway parou durante o início de sessão no campus {campus}.',
    todo: 'Tente novamente. Nada do que escreveu foi guardado.',
  },
  'recovery-interrupted': {
    title: 'O Causeway fechou inesperadamente',
    happened: 'O Causeway parou enquanto obtinha um código de recuperação do campus {campus}.',
    todo: 'Tente novamente para obter um novo.',
  },
  'link-invalid': {
    title: 'Link não reconhecido',
    happened: 'O link não pede nada que o Causeway possa fazer.',
    todo: 'Abra o Causeway e escolha aquilo de que precisa.',
  },
  'request-invalid': { title: 'Pedido não reconhecido', happened: 'O Causeway recebeu um pedido que não reconhece.', todo: callHelpDesk },
  'not-now': {
    title: 'Já é tarde para isso',
    happened: 'Entretanto, a situação mudou.',
    todo: 'Veja o que está agora no ecrã e tente novamente.',
  },
  'cancelled': { title: 'Cancelado', happened: 'Cancelou.', todo: 'Ligue-se novamente quando quiser.' },
  'internal': {
    title: 'Ocorreu um erro no Causeway',
    happened: 'O erro é nosso, não seu.',
    todo: 'Tente novamente. Se o problema persistir, contacte o serviço de apoio e leia-lhe o código abaixo.',
  },
};
