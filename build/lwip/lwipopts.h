/*
 * Our options for lwIP 2.2.1: one thread and no operating system, IPv4 and IPv6, TCP for streams and UDP for names.
 * Sizes are bytes, times are milliseconds, unless a comment says otherwise.
 */
#include <stddef.h>
#include <stdint.h>

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define LWIP_RAW 0
#define LWIP_DNS 0
#define LWIP_STATS 0
#define LWIP_ARP 0
#define LWIP_ETHERNET 0
#define LWIP_SINGLE_NETIF 1
#define LWIP_HAVE_LOOPIF 0
#define LWIP_NETIF_LOOPBACK 0
#define LWIP_NETIF_TX_SINGLE_PBUF 0
#define LWIP_CHECKSUM_CTRL_PER_NETIF 0
#define LWIP_CHKSUM_ALGORITHM 3

#define LWIP_IPV4 1
#define LWIP_ICMP 1
#define IP_FORWARD 0
#define IP_FRAG 0
#define IP_REASSEMBLY 1
#define IP_REASS_MAX_PBUFS 64

#define LWIP_IPV6 1
#define LWIP_IPV6_FORWARD 0
#define LWIP_IPV6_MLD 0
#define LWIP_IPV6_AUTOCONFIG 0
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 0
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 0
#define LWIP_ND6_QUEUEING 0

/* Everything is allocated by stack.c, which counts it */
void *counted_malloc(size_t size);
void *counted_calloc(size_t count, size_t size);
void counted_free(void *block);
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 8
#define mem_clib_malloc counted_malloc
#define mem_clib_calloc counted_calloc
#define mem_clib_free counted_free

/* The largest packet is a slot's, see stack.c: MTU 9,000 less 40 bytes of headers */
#define TCP_MSS 8960
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 5
/* The most that a stream's window grows to: 12 MiB/s at 80 ms. stack.c starts it lower */
#define TCP_WND (1024 * 1024)
#define TCP_WND_UPDATE_THRESHOLD (16 * 1024)
#define TCP_SND_BUF (256 * 1024)
#define TCP_SND_QUEUELEN 1024
#define TCP_SNDLOWAT (16 * 1024)
#define TCP_SNDQUEUELOWAT 5
#define MEMP_NUM_TCP_SEG TCP_SND_QUEUELEN
#define TCP_OVERSIZE 1024
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_BYTES(pcb) (256 * 1024)
#define TCP_OOSEQ_MAX_PBUFS(pcb) 256
#define LWIP_TCP_SACK_OUT 1
#define LWIP_TCP_MAX_SACK_NUM 4
#define LWIP_TCP_KEEPALIVE 0
#define TCP_LISTEN_BACKLOG 0
/* lwIP's own clock ticks each 250 ms, and counts its timeouts in ticks: too coarse for a link of a few milliseconds */
#define TCP_TMR_INTERVAL 25
/* RFC 6298, 2.1: one second before anything was measured. lwIP's own is three */
#define LWIP_TCP_RTO_TIME 1000
/* lwIP sends SYN each second, without backing off: for 13 seconds. Callers may have shorter limits of their own */
#define TCP_SYNMAXRTX 12
/* How long a closed connection's port stays in use: RFC 9293 says two minutes, and through a tunnel nothing lives so long */
#define TCP_MSL 15000

#define LWIP_UDP 1
#define LWIP_RANDOMIZE_INITIAL_LOCAL_PORTS 1
extern uint32_t host_random(void);
#define LWIP_RAND() host_random()
/* RFC 9293, 3.4.1: sequence numbers that nobody can guess */
#define LWIP_HOOK_TCP_ISN(local, local_port, remote, remote_port) host_random()
