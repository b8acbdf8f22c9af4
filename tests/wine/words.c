/* What Windows makes of our words, into a file, one a line, for a thread of a language: words.exe FILE LANGUAGE WORD…
   A word is `@LIBRARY,-NUMBER`, as the registry has it, or an MSI, of which it says why it does not go before a newer one. */
#include <windows.h>
#include <msi.h>
#include <msiquery.h>
#include <shlwapi.h>
#include <stdio.h>
#include <stdlib.h>

static int condition(const wchar_t *msi, wchar_t *text, DWORD size) {
  MSIHANDLE database, view, record;
  return MsiOpenDatabaseW(msi, MSIDBOPEN_READONLY, &database) == 0 &&
         MsiDatabaseOpenViewW(database, L"SELECT `Description` FROM `LaunchCondition`", &view) == 0 && MsiViewExecute(view, 0) == 0 &&
         MsiViewFetch(view, &record) == 0 && MsiRecordGetStringW(record, 1, text, &size) == 0;
}

int wmain(int argc, wchar_t **argv) {
  FILE *out = _wfopen(argv[1], L"wb");
  SetThreadLocale(MAKELCID((LANGID)wcstoul(argv[2], NULL, 16), SORT_DEFAULT));
  for (int i = 3; i < argc; i++) {
    wchar_t text[1024] = L"";
    int found = argv[i][0] == L'@' ? SHLoadIndirectString(argv[i], text, 1024, NULL) == S_OK : condition(argv[i], text, 1024);
    if (!found) return 1;
    fwrite(text, 2, wcslen(text), out);
    fwrite(L"\n", 2, 1, out);
  }
  fclose(out);
  return 0;
}
