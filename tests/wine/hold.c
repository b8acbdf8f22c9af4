/* Holds a file as a program holds its own: others may read it, and nobody may replace it. Until it is killed. */
#include <windows.h>

int main(int count, char **words)
{
    HANDLE held = CreateFileA(words[count - 1], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (held == INVALID_HANDLE_VALUE) return 1;
    HANDLE done = CreateFileA("C:\\held.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    CloseHandle(done);
    Sleep(INFINITE);
    return 0;
}
