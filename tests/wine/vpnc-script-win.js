// Stands in for the platform's script: a route to the gateway, which it takes back, and one to what is left out, which it forgets
var shell = WScript.CreateObject('WScript.Shell');
var environment = shell.Environment('Process');
var files = WScript.CreateObject('Scripting.FileSystemObject');

function run(args) {
  shell.Run('C:\\windows\\system32\\route.exe ' + args, 0, true);
}

function note(text) {
  var seen = files.OpenTextFile('C:\\lab\\script.txt', 8, true);
  seen.WriteLine(text);
  seen.Close();
}

var reason = environment('reason');
var gateway = environment('VPNGATEWAY');
note(reason + ' ' + environment('TUNDEV') + ' ' + environment('TUNIDX') + ' ' + gateway + ' banner:' + environment('CISCO_BANNER'));
if (reason === 'connect') {
  run('add ' + gateway + ' mask 255.255.255.255 192.0.2.1');
  run('add 198.51.100.0 mask 255.255.255.0 192.0.2.1');
  run('delete 203.0.113.0 mask 255.255.255.0 192.0.2.9');
}
if (reason === 'disconnect') run('delete ' + gateway + ' mask 255.255.255.255');
