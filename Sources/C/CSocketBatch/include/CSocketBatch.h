// Batched datagram receive and send: recvmmsg(2) and sendmmsg(2) with their headers, vectors,
// addresses and buffers laid out once. Swift cannot call these (they are behind _GNU_SOURCE) nor
// build their nested arrays without allocating.
//
// A batch belongs to one thread. Nothing here allocates after creation.
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

#include "StampedReceive.h"

// An IPv4 or IPv6 address with port, in the form the kernel takes it; and, where a socket listens on all of a
// machine's addresses, the one of them that the peer talks to, so that answers come from there (ip(7), ipv6(7)).
typedef struct {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    uint32_t length;
    // AF_INET, AF_INET6, or AF_UNSPEC when the kernel may choose.
    uint32_t local_family;
    union {
        struct in_addr local_v4;
        struct in6_addr local_v6;
    };
} socket_address;

// Same family, port, address and scope, at the same address of ours; an IPv6 flow label is not part of who somebody is.
static inline bool socket_address_equal(const socket_address *a, const socket_address *b) {
    if (a->any.sa_family != b->any.sa_family || a->local_family != b->local_family) return false;
    if (a->local_family == AF_INET6 && memcmp(&a->local_v6, &b->local_v6, sizeof a->local_v6) != 0) return false;
    if (a->local_family == AF_INET && a->local_v4.s_addr != b->local_v4.s_addr) return false;
    if (a->any.sa_family == AF_INET) {
        return a->v4.sin_port == b->v4.sin_port && a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
    }
    return a->v6.sin6_port == b->v6.sin6_port && a->v6.sin6_scope_id == b->v6.sin6_scope_id &&
           memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
}

// The four bytes of an IPv4 address, as such or in an IPv6 one (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2); NULL for any other.
static inline const uint8_t *socket_address_v4_bytes(const socket_address *address) {
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (address->any.sa_family == AF_INET) return (const uint8_t *)&address->v4.sin_addr;
    if (address->any.sa_family != AF_INET6) return NULL;
    return memcmp(&address->v6.sin6_addr, mapped, sizeof mapped) == 0 ? address->v6.sin6_addr.s6_addr + 12 : NULL;
}

// The same host, on whatever port of it and of ours. An address that was never set is nobody's.
static inline bool socket_address_same_host(const socket_address *a, const socket_address *b) {
    const uint8_t *a_v4 = socket_address_v4_bytes(a), *b_v4 = socket_address_v4_bytes(b);
    if (a_v4 || b_v4) return a_v4 && b_v4 && memcmp(a_v4, b_v4, 4) == 0;
    return a->any.sa_family == AF_INET6 && b->any.sa_family == AF_INET6 &&
           memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
}

// This machine: 127.0.0.0/8 and ::1, from which the kernel takes nothing that came over a network.
static inline bool socket_address_is_loopback(const socket_address *address) {
    const uint8_t *v4 = socket_address_v4_bytes(address);
    if (v4) return v4[0] == 127;
    return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

typedef struct receive_batch receive_batch;
typedef struct send_batch send_batch;

// NULL when memory is short.
receive_batch *receive_batch_create(unsigned capacity, size_t slot_bytes);
void receive_batch_destroy(receive_batch *batch);

// Takes what is there without waiting: the number of datagrams (0 when none), or -errno.
int receive_batch_fill(receive_batch *batch, int fd);

const uint8_t *receive_batch_bytes(const receive_batch *batch, unsigned index);
const socket_address *receive_batch_address(const receive_batch *batch, unsigned index);
// The datagram's length as sent: above the slot's size when it was cut.
size_t receive_batch_length(const receive_batch *batch, unsigned index);
// How long the datagram had lain in the socket when it was taken, in nanoseconds; 0 if the socket does not stamp. A step of
// CLOCK_REALTIME between the two is in it.
uint64_t receive_batch_age(const receive_batch *batch, unsigned index);

typedef struct {
    uint64_t datagrams;     // handed to the kernel
    uint64_t bytes;
    uint64_t calls;         // of sendmmsg
    uint64_t buffer_full;   // dropped: the socket's send buffer had no room
    uint64_t failed;        // dropped: the kernel refused the destination
} send_totals;

send_batch *send_batch_create(unsigned capacity, size_t slot_bytes);
void send_batch_destroy(send_batch *batch);

// The buffer of the next datagram; valid until it is committed. The batch must not be full.
uint8_t *send_batch_next(send_batch *batch);
// Queues the next datagram. True when the batch is full and must be flushed.
bool send_batch_commit(send_batch *batch, size_t length, const socket_address *to, bool may_be_dropped);
// Sends what is queued without waiting. While the socket's buffer is full, what may be dropped is dropped and counted, and
// the rest stays queued as far as a quarter of the batch holds it.
void send_batch_flush(send_batch *batch, int fd);
// Datagrams that are queued.
unsigned send_batch_count(const send_batch *batch);
const send_totals *send_batch_totals(const send_batch *batch);

// Makes a socket that listens on all addresses tell which of them each datagram came to. Batches use it by themselves.
void socket_report_local_addresses(int fd, int family);

// Makes a socket tell how old its datagrams are (SO_TIMESTAMPNS, socket(7)).
void socket_stamp_arrivals(int fd);

// Makes sockets that share a port get datagrams by a number in them: the 16 big-endian bits at `offset`, modulo the count of
// sockets, is the socket's place in the order of binding (SO_ATTACH_REUSEPORT_CBPF, socket(7)). Once, on any of them, when
// all are bound. False if the kernel refuses; it then goes on spreading senders.
bool socket_steer_by_number(int fd, unsigned offset, unsigned socket_count);

// Asks for a cache line that will be read soon, so that waiting for it and the work before it happen at the same time.
static inline void memory_prefetch(const void *address) { __builtin_prefetch(address); }

// SO_MEMINFO's drop count: datagrams the kernel threw away because the receive buffer was full.
uint32_t socket_receive_drops(int fd);
