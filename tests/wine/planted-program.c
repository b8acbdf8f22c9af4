/* A program that somebody put where it might be found by its name alone: it notes where it was started from. */
#include <stdio.h>
#include <windows.h>

int main(void) {
  char self[1024] = "";
  GetModuleFileNameA(NULL, self, sizeof self);
  FILE *notes = fopen("C:\\lab\\planted.txt", "a");
  if (!notes) return 1;
  fprintf(notes, "%s\n", self);
  return fclose(notes);
}
