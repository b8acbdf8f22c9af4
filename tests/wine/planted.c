/* A library that leaves a note of having been loaded. Its folder: FOLDER, its note: NOTE; with NEEDS it calls another one. */
#include <windows.h>

#ifdef NEEDS
__declspec(dllimport) int neighbour(void);
__declspec(dllexport) int openconnect_init_ssl(void) { return neighbour(); }
#else
__declspec(dllexport) int neighbour(void) { return 0; }
#endif

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved) {
  (void)instance, (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) {
    HANDLE note = CreateFileA("C:\\lab\\" NOTE, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (note != INVALID_HANDLE_VALUE) CloseHandle(note);
  }
  return TRUE;
}
