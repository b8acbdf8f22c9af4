/* Stands in for Windows's `route`, which Wine lacks: its table is a file. */
#include <stdio.h>
#include <string.h>

static const char table[] = "C:\\lab\\routes.txt";

int main(int count, char **words) {
  char line[200], row[200], kept[20000] = "";
  FILE *file = fopen(table, "r");
  if (!file || count < 3) return 1;
  if (strcmp(words[1], "print") == 0) {
    puts("===========================================================================");
    puts("IPv4-Routentabelle\nAktive Routen:\n     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik");
    while (fgets(line, sizeof line, file)) {
      line[strcspn(line, "\r\n")] = 0;
      printf("%s       192.0.2.50     25\n", line);
    }
    puts("        192.0.2.0    255.255.255.0   Auf Verbindung        192.0.2.50    281");
    return 0;
  }
  snprintf(row, sizeof row, "%s %s %s", words[2], count > 4 ? words[4] : "", count > 5 ? words[5] : "");
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\r\n")] = 0;
    if (strcmp(words[1], "delete") == 0 && strncmp(line, row, strlen(row)) == 0) continue;
    strcat(strcat(kept, line), "\n");
  }
  fclose(file);
  if (strcmp(words[1], "add") == 0) strcat(strcat(kept, row), "\n");
  file = fopen(table, "w");
  fputs(kept, file);
  return fclose(file);
}
