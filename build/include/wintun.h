/*
 * What OpenConnect calls of wintun.dll, whose header its release lacks: declared here from Wintun's documentation of its
 * interface (0.14, https://git.zx2c4.com/wintun/about/). The functions are looked up by name at run time.
 */
#pragma once
#include <winsock2.h>
#include <windows.h>

typedef struct wintun_adapter *WINTUN_ADAPTER_HANDLE;
typedef struct wintun_session *WINTUN_SESSION_HANDLE;
typedef enum { WINTUN_LOG_INFO, WINTUN_LOG_WARN, WINTUN_LOG_ERR } WINTUN_LOGGER_LEVEL;
typedef void(CALLBACK *WINTUN_LOGGER_CALLBACK)(WINTUN_LOGGER_LEVEL level, DWORD64 time, const WCHAR *message);

typedef WINTUN_ADAPTER_HANDLE(WINAPI WINTUN_CREATE_ADAPTER_FUNC)(const WCHAR *name, const WCHAR *type, const GUID *wanted);
typedef WINTUN_ADAPTER_HANDLE(WINAPI WINTUN_OPEN_ADAPTER_FUNC)(const WCHAR *name);
typedef void(WINAPI WINTUN_CLOSE_ADAPTER_FUNC)(WINTUN_ADAPTER_HANDLE adapter);
typedef BOOL(WINAPI WINTUN_DELETE_DRIVER_FUNC)(void);
typedef void(WINAPI WINTUN_GET_ADAPTER_LUID_FUNC)(WINTUN_ADAPTER_HANDLE adapter, void *luid);
typedef DWORD(WINAPI WINTUN_GET_RUNNING_DRIVER_VERSION_FUNC)(void);
typedef void(WINAPI WINTUN_SET_LOGGER_FUNC)(WINTUN_LOGGER_CALLBACK logger);
typedef WINTUN_SESSION_HANDLE(WINAPI WINTUN_START_SESSION_FUNC)(WINTUN_ADAPTER_HANDLE adapter, DWORD capacity);
typedef void(WINAPI WINTUN_END_SESSION_FUNC)(WINTUN_SESSION_HANDLE session);
typedef HANDLE(WINAPI WINTUN_GET_READ_WAIT_EVENT_FUNC)(WINTUN_SESSION_HANDLE session);
typedef BYTE *(WINAPI WINTUN_RECEIVE_PACKET_FUNC)(WINTUN_SESSION_HANDLE session, DWORD *size);
typedef void(WINAPI WINTUN_RELEASE_RECEIVE_PACKET_FUNC)(WINTUN_SESSION_HANDLE session, const BYTE *packet);
typedef BYTE *(WINAPI WINTUN_ALLOCATE_SEND_PACKET_FUNC)(WINTUN_SESSION_HANDLE session, DWORD size);
typedef void(WINAPI WINTUN_SEND_PACKET_FUNC)(WINTUN_SESSION_HANDLE session, const BYTE *packet);
