/* What lwIP needs to know of its compiler and platform: wasm32, no operating system. */
#define BYTE_ORDER LITTLE_ENDIAN
#define LWIP_NO_UNISTD_H 1
#define LWIP_TIMEVAL_PRIVATE 0
#define SSIZE_MAX INT_MAX
#define LWIP_PLATFORM_DIAG(message)
/* A broken assumption ends the tunnel. It must never go on with damaged memory. */
#define LWIP_PLATFORM_ASSERT(message) __builtin_trap()
