/* Stands in for openconnect on Windows: notes what it was given, runs its script as openconnect does, and waits to be told to go. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static HANDLE told;
static volatile DWORD how;

static BOOL WINAPI pressed(DWORD key) {
  how = key;
  SetEvent(told);
  return TRUE;
}

static void note(const char *what, const char *text) {
  FILE *seen = fopen("C:\\lab\\openconnect.txt", "a");
  fprintf(seen, "%s %s\n", what, text);
  fclose(seen);
}

static DWORD script(const char *path, const char *reason) {
  char command[1024];
  STARTUPINFOA start = {.cb = sizeof start};
  PROCESS_INFORMATION process;
  DWORD code = 1;
  SetEnvironmentVariableA("reason", reason);
  // 9.21 says /e:JScript before the file, which Wine 8's script host does not know
  snprintf(command, sizeof command, "cscript.exe \"%s\"", path);
  if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, GetConsoleWindow() ? 0 : CREATE_NO_WINDOW, NULL, NULL, &start, &process)) return 1;
  WaitForSingleObject(process.hProcess, 10000);
  GetExitCodeProcess(process.hProcess, &code);
  return code;
}

int main(int count, char **words) {
  char line[5000] = "", text[5000];
  const char *path = "";
  told = CreateEventA(NULL, FALSE, FALSE, NULL);
  SetConsoleCtrlHandler(pressed, TRUE);
  for (int each = 1; each < count; each++) {
    note("word", words[each]);
    if (strcmp(words[each], "--script") == 0 && each + 1 < count) path = words[each + 1];
  }
  for (char *variable = GetEnvironmentStringsA(); *variable; variable += strlen(variable) + 1) note("environment", variable);
  GetCurrentDirectoryA(sizeof text, text);
  note("folder", text);
  fgets(line, sizeof line, stdin);
  line[strcspn(line, "\n")] = 0;
  note("cookie", line);
  fputs("Connected to 192.0.2.7:443\n", stderr);
  SetEnvironmentVariableA("TUNDEV", "causeway0");
  SetEnvironmentVariableA("TUNIDX", "7");
  SetEnvironmentVariableA("VPNGATEWAY", "192.0.2.7");
  SetEnvironmentVariableA("INTERNAL_IP4_ADDRESS", "10.50.1.2");
  SetEnvironmentVariableA("INTERNAL_IP4_DNS", "10.60.0.53");
  SetEnvironmentVariableA("IDLE_TIMEOUT", "900");
  SetEnvironmentVariableA("CISCO_BANNER", "& echo no > C:\\lab\\hacked.txt");
  if (script(path, "connect") != 0) return 1;
  WaitForSingleObject(told, 120000);
  note("left", how == CTRL_BREAK_EVENT ? "ctrl-break" : "ctrl-c");
  script(path, "disconnect");
  return 0;
}
