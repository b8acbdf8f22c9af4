/*
 * A TCP/IP stack for one tunnel, over lwIP, as a WebAssembly module. Packets go in and out through two arrays of slots,
 * streams and datagrams have small numbers, and whatever is longer than a number passes through one scratch buffer. No
 * pointer of the host's is ever in this memory. Not reentrant: one thread calls, and no import calls back.
 *
 * electron/net/ip-stack is the other side; build/ip-stack.ts compiles this.
 */
#include <stdlib.h>
#include <string.h>
#include "lwip/init.h"
#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define IMPORT(name) __attribute__((import_module("host"), import_name(#name)))

IMPORT(random) extern uint32_t host_random(void);
/* Milliseconds of a clock that never goes back */
IMPORT(now) extern uint32_t host_now(void);
/* A datagram came: its socket's number, and how many bytes of it are in the scratch buffer */
IMPORT(datagram) extern void host_datagram(uint32_t id, uint32_t length);

u32_t sys_now(void) { return host_now(); }

/* ---- Memory: counted, so that nobody outside can make this process grow ---- */

#define MEMORY_LIMIT (64u * 1024 * 1024)
static uint32_t in_use;

/* Eight bytes before each block hold its size, and keep it aligned */
void *counted_malloc(size_t size) {
  if (size > MEMORY_LIMIT || in_use + size > MEMORY_LIMIT) return NULL;
  uint64_t *block = malloc(size + 8);
  if (!block) return NULL;
  *block = size;
  in_use += size;
  return block + 1;
}
void *counted_calloc(size_t count, size_t size) {
  if (size && count > MEMORY_LIMIT / size) return NULL;
  void *block = counted_malloc(count * size);
  if (block) memset(block, 0, count * size);
  return block;
}
void counted_free(void *block) {
  if (!block) return;
  uint64_t *start = (uint64_t *)block - 1;
  in_use -= (uint32_t)*start;
  free(start);
}
EXPORT(memory_used) uint32_t memory_used(void) { return in_use; }

/* ---- Packets ---- */

#define SLOTS 64
/* MTU 9,000, rounded up: the largest packet that goes in or out */
#define LARGEST 9216
/* Packets lie back to back, in the order of their lengths */
static uint8_t packets_in[SLOTS * LARGEST], packets_out[SLOTS * LARGEST];
static uint32_t lengths_in[SLOTS], lengths_out[SLOTS];
static uint32_t out_count, out_end, out_at[SLOTS];
static uint8_t scratch[256 * 1024];
static struct netif tunnel;

EXPORT(slots) uint32_t slots(void) { return SLOTS; }
EXPORT(largest) uint32_t largest(void) { return LARGEST; }
EXPORT(packets_in_at) void *packets_in_at(void) { return packets_in; }
EXPORT(packets_out_at) void *packets_out_at(void) { return packets_out; }
EXPORT(lengths_in_at) void *lengths_in_at(void) { return lengths_in; }
EXPORT(lengths_out_at) void *lengths_out_at(void) { return lengths_out; }
EXPORT(scratch_at) void *scratch_at(void) { return scratch; }
EXPORT(scratch_size) uint32_t scratch_size(void) { return sizeof scratch; }

static uint32_t word(const uint8_t *d) { return (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3]; }

/* Where the TCP header starts in a packet that is nothing but an acknowledgement. 0 for any other packet */
static uint32_t bare_ack(const uint8_t *d, uint32_t length) {
  uint32_t at = (d[0] >> 4) == 4 ? (d[9] == IP_PROTO_TCP ? (d[0] & 15) * 4u : 0) : (d[6] == IP_PROTO_TCP ? 40 : 0);
  if (!at || length < at + 20 || length != at + (d[at + 12] >> 4) * 4u || d[at + 13] != TCP_ACK) return 0;
  return at;
}

/* Of several acknowledgements of one stream that wait here, only the last counts. The same number twice is a sign of loss, and stays */
static int replaces(const uint8_t *fresh, uint32_t length, const uint8_t *old, uint32_t old_length) {
  uint32_t at = bare_ack(fresh, length);
  if (!at || length != old_length || bare_ack(old, old_length) != at || fresh[0] != old[0]) return 0;
  uint32_t addresses = at == 40 ? 8 : 12;
  if (memcmp(fresh + addresses, old + addresses, at == 40 ? 32 : 8) || memcmp(fresh + at, old + at, 8)) return 0;
  return (int32_t)(word(fresh + at + 8) - word(old + at + 8)) > 0;
}

/* If every slot is taken, lwIP keeps the segment, and push() sends it later */
static err_t put_out(struct pbuf *p) {
  if (p->tot_len > LARGEST) return ERR_VAL;
  if (p->tot_len < 100 && p->tot_len >= 40 && !p->next) {
    for (uint32_t i = out_count, seen = 0; i-- > 0 && seen < 8; seen++) {
      uint8_t *old = packets_out + out_at[i];
      if (!replaces(p->payload, p->tot_len, old, lengths_out[i])) continue;
      memcpy(old, p->payload, p->tot_len);
      return ERR_OK;
    }
  }
  if (out_count == SLOTS) return ERR_MEM;
  pbuf_copy_partial(p, packets_out + out_end, p->tot_len, 0);
  out_at[out_count] = out_end;
  lengths_out[out_count++] = p->tot_len;
  out_end += p->tot_len;
  return ERR_OK;
}
static err_t put_out4(struct netif *n, struct pbuf *p, const ip4_addr_t *to) { (void)n; (void)to; return put_out(p); }
static err_t put_out6(struct netif *n, struct pbuf *p, const ip6_addr_t *to) { (void)n; (void)to; return put_out(p); }

static err_t set_up(struct netif *n) {
  n->output = put_out4;
  n->output_ip6 = put_out6;
  n->mtu = n->mtu6 = 1280;
  n->name[0] = 'c';
  n->name[1] = 'w';
  return ERR_OK;
}

EXPORT(start) void start(void) {
  lwip_init();
  netif_add(&tunnel, NULL, NULL, NULL, NULL, set_up, ip_input);
  netif_set_default(&tunnel);
  netif_set_up(&tunnel);
  netif_set_link_up(&tunnel);
}

/* `count` packets have been put in. One that is damaged is dropped by lwIP */
EXPORT(input) void input(uint32_t count) {
  for (uint32_t i = 0, at = 0; i < count && i < SLOTS; i++) {
    uint32_t length = lengths_in[i];
    if (length > sizeof packets_in - at) return;
    struct pbuf *p = length < 20 || length > LARGEST ? NULL : pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_RAM);
    if (p) {
      memcpy(p->payload, packets_in + at, length);
      if (tunnel.input(p, &tunnel) != ERR_OK) pbuf_free(p);
    }
    at += length;
  }
}
EXPORT(out_waiting) uint32_t out_waiting(void) { return out_count; }
EXPORT(out_bytes) uint32_t out_bytes(void) { return out_end; }
/* The host has copied every packet that waited */
EXPORT(out_taken) void out_taken(void) { out_count = out_end = 0; }

/* Copies a text from the scratch buffer */
static void text_to(uint32_t length, char *text, uint32_t size) {
  if (length >= size) length = size - 1;
  memcpy(text, scratch, length);
  text[length] = 0;
}

/* Our address in the tunnel, a text in the scratch buffer. 0, or below 0 if it is no address */
EXPORT(set_address) int set_address(uint32_t length, uint32_t mtu) {
  char text[64];
  ip_addr_t address;
  text_to(length, text, sizeof text);
  if (!ipaddr_aton(text, &address)) return -1;
  tunnel.mtu = tunnel.mtu6 = (u16_t)LWIP_MIN(mtu, 9000);
  if (IP_IS_V4(&address)) {
    ip4_addr_t mask;
    IP4_ADDR(&mask, 255, 255, 255, 255);
    netif_set_addr(&tunnel, ip_2_ip4(&address), &mask, ip_2_ip4(&address));
  } else {
    netif_ip6_addr_set(&tunnel, 0, ip_2_ip6(&address));
    netif_ip6_addr_set_state(&tunnel, 0, IP6_ADDR_PREFERRED);
  }
  return 0;
}

/* ---- Streams ---- */

#define MAX_STREAMS 1024
/* What all streams' windows come to: the far ends may send as much before anybody reads */
#define WINDOWS_LIMIT (40u * 1024 * 1024)
#define FIRST_WINDOW (64u * 1024)
#define SMALL_WINDOW (32u * 1024)
#define CHUNK (8u * 1024)

enum { CONNECTED = 1, READABLE = 2, ENDED = 4, WRITABLE = 8, FAILED = 16 };
enum { NO_ADDRESS = -1, NO_ROOM = -2, NOT_SENT = -3 };

/* Received bytes that nobody has taken. They are copied out of lwIP's buffers, since a buffer of one byte costs a hundred */
struct chunk { struct chunk *next; uint32_t from, to; uint8_t bytes[CHUNK]; };
struct stream {
  struct tcp_pcb *pcb;
  struct chunk *first, *last;
  uint32_t id, flags, window, taken;
  int error;
  uint8_t queued, wants_room;
};
static struct stream *streams[MAX_STREAMS];
static uint32_t changed[MAX_STREAMS], changed_count, windows, open_streams, open_sockets;

static void note(struct stream *s, uint32_t flags) {
  s->flags |= flags;
  if (s->queued) return;
  s->queued = 1;
  changed[changed_count++] = s->id;
}

static struct stream *stream_of(uint32_t id) { return id < MAX_STREAMS ? streams[id] : NULL; }

/* Copies what came. False: no memory, and lwIP offers it again */
static int keep(struct stream *s, const struct pbuf *p) {
  uint32_t room = s->last ? CHUNK - s->last->to : 0, more = p->tot_len > room ? (p->tot_len - room + CHUNK - 1) / CHUNK : 0;
  struct chunk *fresh = NULL;
  for (uint32_t i = 0; i < more; i++) {
    struct chunk *c = counted_malloc(sizeof *c);
    if (!c) {
      for (struct chunk *next; fresh; fresh = next) { next = fresh->next; counted_free(fresh); }
      return 0;
    }
    c->from = c->to = 0;
    c->next = fresh;
    fresh = c;
  }
  for (uint32_t at = 0; at < p->tot_len;) {
    if (!s->last || s->last->to == CHUNK) {
      struct chunk *c = fresh;
      fresh = c->next;
      c->next = NULL;
      if (s->last) s->last->next = c; else s->first = c;
      s->last = c;
    }
    u16_t part = (u16_t)LWIP_MIN(CHUNK - s->last->to, p->tot_len - at);
    pbuf_copy_partial(p, s->last->bytes + s->last->to, part, (u16_t)at);
    s->last->to += part;
    at += part;
  }
  return 1;
}

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err) {
  struct stream *s = arg;
  (void)pcb; (void)err;
  if (!p) { if (s) note(s, ENDED); return ERR_OK; }
  if (s && !keep(s, p)) return ERR_MEM;
  pbuf_free(p);
  if (s) note(s, READABLE);
  return ERR_OK;
}
static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length) {
  (void)pcb; (void)length;
  if (arg) note(arg, WRITABLE);
  return ERR_OK;
}
static void on_error(void *arg, err_t err) {
  struct stream *s = arg;
  if (!s) return;
  s->pcb = NULL;
  s->error = err;
  note(s, FAILED);
}
static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err) {
  struct stream *s = arg;
  (void)err;
  /* Before the first byte can come. lwIP has just set it to the most that there is */
  pcb->rcv_wnd = pcb->rcv_ann_wnd = LWIP_MIN(s->window, pcb->rcv_wnd);
  /* lwIP starts with the whole send buffer, a burst that a tunnel over UDP loses */
  pcb->ssthresh = 64 * 1024;
  note(s, CONNECTED);
  return ERR_OK;
}

/* Opens a stream to an address, a text in the scratch buffer. Its number, or below 0 */
EXPORT(dial) int dial(uint32_t length, uint32_t port) {
  char text[64];
  ip_addr_t to;
  text_to(length, text, sizeof text);
  if (!ipaddr_aton(text, &to) || port == 0 || port > 65535) return NO_ADDRESS;
  uint32_t left = WINDOWS_LIMIT - windows, window = left > WINDOWS_LIMIT / 4 ? FIRST_WINDOW : SMALL_WINDOW, id = 0;
  while (id < MAX_STREAMS && streams[id]) id++;
  if (id == MAX_STREAMS || left < window) return NO_ROOM;
  struct stream *s = counted_calloc(1, sizeof *s);
  struct tcp_pcb *pcb = s ? tcp_new_ip_type(IP_GET_TYPE(&to)) : NULL;
  if (!pcb) { counted_free(s); return NO_ROOM; }
  s->id = id;
  s->pcb = pcb;
  s->window = window;
  tcp_arg(pcb, s);
  tcp_recv(pcb, on_received);
  tcp_sent(pcb, on_sent);
  tcp_err(pcb, on_error);
  tcp_nagle_disable(pcb);
  if (tcp_connect(pcb, &to, (u16_t)port, on_connected) != ERR_OK) {
    tcp_arg(pcb, NULL);
    tcp_err(pcb, NULL);
    tcp_abort(pcb);
    counted_free(s);
    return NOT_SENT;
  }
  streams[id] = s;
  windows += window;
  open_streams++;
  return (int)id;
}

/* The next stream to which something happened, or below 0. Then its flags, which this clears, and its error */
EXPORT(next_changed) int next_changed(void) {
  while (changed_count) {
    struct stream *s = streams[changed[--changed_count]];
    s->queued = 0;
    return (int)s->id;
  }
  return -1;
}
EXPORT(flags_of) uint32_t flags_of(uint32_t id) {
  struct stream *s = stream_of(id);
  uint32_t flags = s ? s->flags : 0;
  if (s) s->flags = 0;
  return flags;
}
EXPORT(error_of) int error_of(uint32_t id) { struct stream *s = stream_of(id); return s ? s->error : ERR_CLSD; }

/* Opens the window again by what was taken. A stream that is read as fast as it comes gets a window twice as large */
static void open_window(struct stream *s, uint32_t length) {
  uint32_t more = length;
  s->taken += length;
  if (s->taken >= s->window && s->window < TCP_WND && s->window <= (WINDOWS_LIMIT - windows) / 4) {
    more += s->window;
    windows += s->window;
    s->window *= 2;
    s->taken = 0;
  }
  for (uint32_t part; s->pcb && more; more -= part) {
    part = LWIP_MIN(more, 32768);
    tcp_recved(s->pcb, (u16_t)part);
  }
}

/* Received bytes into the scratch buffer, as many as fit. How many */
EXPORT(take) uint32_t take(uint32_t id) {
  struct stream *s = stream_of(id);
  uint32_t total = 0;
  for (struct chunk *c; s && (c = s->first) && total < sizeof scratch;) {
    uint32_t part = LWIP_MIN(c->to - c->from, sizeof scratch - total);
    memcpy(scratch + total, c->bytes + c->from, part);
    total += part;
    c->from += part;
    if (c->from < c->to) break;
    s->first = c->next;
    if (!s->first) s->last = NULL;
    counted_free(c);
  }
  if (total) open_window(s, total);
  return total;
}

/* Sends bytes of the scratch buffer. How many lwIP took, or below 0 if the stream has failed */
EXPORT(give) int give(uint32_t id, uint32_t length) {
  struct stream *s = stream_of(id);
  if (!s || !s->pcb) return -1;
  uint32_t done = 0;
  while (done < length && done < sizeof scratch) {
    uint32_t part = LWIP_MIN(LWIP_MIN(length, sizeof scratch) - done, LWIP_MIN(tcp_sndbuf(s->pcb), 32768));
    if (!part || tcp_write(s->pcb, scratch + done, (u16_t)part, TCP_WRITE_FLAG_COPY) != ERR_OK) break;
    done += part;
  }
  s->wants_room = done < length;
  tcp_output(s->pcb);
  return (int)done;
}
EXPORT(room) uint32_t room(uint32_t id) { struct stream *s = stream_of(id); return s && s->pcb ? tcp_sndbuf(s->pcb) : 0; }

/* Sends FIN. 0, or below 0: not enough memory now */
EXPORT(half_close) int half_close(uint32_t id) { struct stream *s = stream_of(id); return s && s->pcb ? tcp_shutdown(s->pcb, 0, 1) : 0; }

/* Forgets a stream: in order (FIN), or at once (RST) */
EXPORT(drop) void drop(uint32_t id, int in_order) {
  struct stream *s = stream_of(id);
  if (!s) return;
  streams[id] = NULL;
  windows -= s->window;
  open_streams--;
  /* Its number may be another stream's before anybody asks what changed */
  for (uint32_t i = 0; s->queued && i < changed_count; i++) {
    if (changed[i] != id) continue;
    changed[i] = changed[--changed_count];
    break;
  }
  for (struct chunk *c = s->first, *next; c; c = next) { next = c->next; counted_free(c); }
  if (s->pcb) {
    tcp_arg(s->pcb, NULL);
    tcp_err(s->pcb, NULL);
    tcp_recv(s->pcb, NULL);
    tcp_sent(s->pcb, NULL);
    if (!in_order || tcp_close(s->pcb) != ERR_OK) tcp_abort(s->pcb);
  }
  counted_free(s);
}

/* ---- Time ---- */

/* RFC 6298, 2.4, in ticks. lwIP has no least value, and on a fast link would send again before a delayed acknowledgement */
#define LEAST_RTO (200 / TCP_SLOW_INTERVAL)

/* Whether anything may still happen without a call: then tick() is due each 25 ms */
EXPORT(busy) int busy(void) { return open_streams || open_sockets || tcp_active_pcbs || tcp_tw_pcbs; }

/* Milliseconds go by */
EXPORT(tick) void tick(void) {
  for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
    if (pcb->rto < LEAST_RTO) pcb->rto = LEAST_RTO;
  sys_check_timeouts();
  /* A stream that was refused memory gets no call from lwIP if it has nothing on its way */
  for (uint32_t id = 0, seen = 0; id < MAX_STREAMS && seen < open_streams; id++) {
    struct stream *s = streams[id];
    if (!s) continue;
    seen++;
    if (s->wants_room && s->pcb && in_use < MEMORY_LIMIT / 4 * 3 && tcp_sndbuf(s->pcb)) note(s, WRITABLE);
  }
}

/* There are free slots again: send what waits */
EXPORT(push) void push(void) {
  for (struct tcp_pcb *pcb = tcp_active_pcbs, *next; pcb && out_count < SLOTS; pcb = next) {
    next = pcb->next;
    if (pcb->unsent || (pcb->flags & (TF_ACK_NOW | TF_NAGLEMEMERR))) tcp_output(pcb);
  }
}

/* The link is up again: send now what would wait for a timeout */
EXPORT(resend) void resend(void) {
  for (struct tcp_pcb *pcb = tcp_active_pcbs, *next; pcb; pcb = next) {
    next = pcb->next;
    pcb->nrtx = 0;
    if (pcb->unacked) tcp_rexmit_rto(pcb);
    else if (pcb->state == ESTABLISHED) { tcp_ack_now(pcb); tcp_output(pcb); }
  }
}

/* ---- Datagrams: for names ---- */

#define MAX_SOCKETS 64
static struct udp_pcb *sockets[MAX_SOCKETS];

static void on_datagram(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from, u16_t port) {
  (void)pcb; (void)from; (void)port;
  uint32_t length = pbuf_copy_partial(p, scratch, p->tot_len, 0);
  pbuf_free(p);
  host_datagram((uint32_t)(size_t)arg, length);
}

/* A socket that only this server's answers reach, from a random port. Its number, or below 0 */
EXPORT(open_socket) int open_socket(uint32_t length, uint32_t port) {
  char text[64];
  ip_addr_t to;
  text_to(length, text, sizeof text);
  if (!ipaddr_aton(text, &to) || port == 0 || port > 65535) return NO_ADDRESS;
  uint32_t id = 0;
  while (id < MAX_SOCKETS && sockets[id]) id++;
  struct udp_pcb *pcb = id < MAX_SOCKETS ? udp_new_ip_type(IP_GET_TYPE(&to)) : NULL;
  if (!pcb) return NO_ROOM;
  err_t bound = ERR_USE;
  /* RFC 6056, 3.2: any of the dynamic ports. Another one if it is in use */
  for (int tries = 0; tries < 8 && bound == ERR_USE; tries++)
    bound = udp_bind(pcb, IP_IS_V6(&to) ? IP6_ADDR_ANY : IP4_ADDR_ANY, (u16_t)(49152 + host_random() % 16384));
  if (bound != ERR_OK || udp_connect(pcb, &to, (u16_t)port) != ERR_OK) { udp_remove(pcb); return NOT_SENT; }
  udp_recv(pcb, on_datagram, (void *)(size_t)id);
  sockets[id] = pcb;
  open_sockets++;
  return (int)id;
}
EXPORT(send_datagram) int send_datagram(uint32_t id, uint32_t length) {
  if (id >= MAX_SOCKETS || !sockets[id] || length > 65507) return NO_ADDRESS;
  struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, (u16_t)length, PBUF_RAM);
  if (!p) return NO_ROOM;
  memcpy(p->payload, scratch, length);
  int result = udp_send(sockets[id], p);
  pbuf_free(p);
  return result == ERR_OK ? 0 : NOT_SENT;
}
EXPORT(close_socket) void close_socket(uint32_t id) {
  if (id >= MAX_SOCKETS || !sockets[id]) return;
  udp_remove(sockets[id]);
  sockets[id] = NULL;
  open_sockets--;
}
