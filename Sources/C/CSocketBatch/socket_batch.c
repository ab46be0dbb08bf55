#define _GNU_SOURCE
#include "CSocketBatch.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { cache_line = 64 };

// Room for one control message with the local address, of either family.
typedef union {
    struct cmsghdr header;
    uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
} local_control;

// Room for what arrives with a datagram: the local address, and the kernel's time.
typedef union {
    struct cmsghdr header;
    uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct timespec))];
} arrival_control;

struct receive_batch {
    unsigned capacity;
    size_t slot_bytes;
    struct mmsghdr *messages;
    struct iovec *vectors;
    socket_address *addresses;
    arrival_control *controls;
    uint64_t *ages;
    uint8_t *slots;
};

// Datagrams lie one behind the other, so that small ones touch little memory; there is room for the longest of each.
struct send_batch {
    unsigned capacity, count;
    size_t slot_bytes, used_bytes;
    struct mmsghdr *messages;
    struct iovec *vectors;
    socket_address *addresses;
    local_control *controls;
    uint8_t *slots;
    bool *may_be_dropped;
    send_totals totals;
};

static size_t rounded(size_t bytes) { return (bytes + cache_line - 1) & ~(size_t)(cache_line - 1); }

// Lays out headers that point at vectors, vectors that point at slots, names that point at addresses.
static bool lay_out(
    unsigned capacity, size_t slot_bytes, struct mmsghdr **messages, struct iovec **vectors, socket_address **addresses,
    uint8_t **slots) {
    *messages = calloc(capacity, sizeof **messages);
    *vectors = calloc(capacity, sizeof **vectors);
    *addresses = calloc(capacity, sizeof **addresses);
    *slots = aligned_alloc(cache_line, capacity * slot_bytes);
    if (!*messages || !*vectors || !*addresses || !*slots) return false;
    for (unsigned i = 0; i < capacity; i++) {
        (*vectors)[i] = (struct iovec){.iov_base = *slots + i * slot_bytes, .iov_len = slot_bytes};
        struct msghdr *header = &(*messages)[i].msg_hdr;
        header->msg_name = &(*addresses)[i].any;
        header->msg_iov = &(*vectors)[i];
        header->msg_iovlen = 1;
    }
    return true;
}

receive_batch *receive_batch_create(unsigned capacity, size_t slot_bytes) {
    receive_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    batch->capacity = capacity;
    batch->slot_bytes = rounded(slot_bytes);
    batch->controls = calloc(capacity, sizeof *batch->controls);
    batch->ages = calloc(capacity, sizeof *batch->ages);
    if (lay_out(capacity, batch->slot_bytes, &batch->messages, &batch->vectors, &batch->addresses, &batch->slots) &&
        batch->controls && batch->ages) {
        return batch;
    }
    receive_batch_destroy(batch);
    return NULL;
}

void receive_batch_destroy(receive_batch *batch) {
    free(batch->messages);
    free(batch->vectors);
    free(batch->addresses);
    free(batch->controls);
    free(batch->ages);
    free(batch->slots);
    free(batch);
}

static uint64_t nanoseconds(struct timespec time) {
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// What the socket reports beside a datagram, if it does: the address of ours that it came to, and when (0 if it does not say).
static uint64_t read_controls(struct msghdr *message, socket_address *address) {
    uint64_t instant = 0;
    address->local_family = AF_UNSPEC;
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_TIMESTAMPNS) {
            instant = nanoseconds(*(const struct timespec *)CMSG_DATA(control));
        } else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            address->local_family = AF_INET;
            address->local_v4 = ((const struct in_pktinfo *)CMSG_DATA(control))->ipi_spec_dst;
        } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            address->local_family = AF_INET6;
            address->local_v6 = ((const struct in6_pktinfo *)CMSG_DATA(control))->ipi6_addr;
        }
    }
    return instant;
}

int receive_batch_fill(receive_batch *batch, int fd) {
    for (unsigned i = 0; i < batch->capacity; i++) {
        struct msghdr *header = &batch->messages[i].msg_hdr;
        header->msg_namelen = sizeof(struct sockaddr_in6);
        header->msg_control = &batch->controls[i];
        header->msg_controllen = sizeof batch->controls[i];
    }
    // MSG_TRUNC makes msg_len the length as sent, so that an oversized datagram shows as one.
    int count = recvmmsg(fd, batch->messages, batch->capacity, MSG_DONTWAIT | MSG_TRUNC, NULL);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    // The clock of the kernel's stamps.
    struct timespec time = {0};
    if (count > 0) clock_gettime(CLOCK_REALTIME, &time);
    uint64_t now = nanoseconds(time);
    for (int i = 0; i < count; i++) {
        batch->addresses[i].length = batch->messages[i].msg_hdr.msg_namelen;
        uint64_t instant = read_controls(&batch->messages[i].msg_hdr, &batch->addresses[i]);
        batch->ages[i] = instant > 0 && instant < now ? now - instant : 0;
    }
    return count;
}

const uint8_t *receive_batch_bytes(const receive_batch *batch, unsigned index) {
    return batch->slots + index * batch->slot_bytes;
}

const socket_address *receive_batch_address(const receive_batch *batch, unsigned index) {
    return &batch->addresses[index];
}

uint64_t receive_batch_age(const receive_batch *batch, unsigned index) { return batch->ages[index]; }

size_t receive_batch_length(const receive_batch *batch, unsigned index) { return batch->messages[index].msg_len; }

send_batch *send_batch_create(unsigned capacity, size_t slot_bytes) {
    send_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    batch->capacity = capacity;
    batch->slot_bytes = rounded(slot_bytes);
    batch->may_be_dropped = calloc(capacity, sizeof *batch->may_be_dropped);
    batch->controls = calloc(capacity, sizeof *batch->controls);
    if (lay_out(capacity, batch->slot_bytes, &batch->messages, &batch->vectors, &batch->addresses, &batch->slots) &&
        batch->may_be_dropped && batch->controls) {
        return batch;
    }
    send_batch_destroy(batch);
    return NULL;
}

void send_batch_destroy(send_batch *batch) {
    free(batch->messages);
    free(batch->vectors);
    free(batch->addresses);
    free(batch->controls);
    free(batch->slots);
    free(batch->may_be_dropped);
    free(batch);
}

uint8_t *send_batch_next(send_batch *batch) { return batch->slots + batch->used_bytes; }

// Makes a datagram leave from the address of ours that its receiver talks to.
static void write_local_address(struct msghdr *message, local_control *control, const socket_address *address) {
    if (address->local_family == AF_UNSPEC) {
        message->msg_control = NULL;
        message->msg_controllen = 0;
        return;
    }
    message->msg_control = control;
    if (address->local_family == AF_INET) {
        struct in_pktinfo information = {.ipi_spec_dst = address->local_v4};
        control->header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof information), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
        memcpy(CMSG_DATA(&control->header), &information, sizeof information);
        message->msg_controllen = CMSG_SPACE(sizeof information);
    } else {
        struct in6_pktinfo information = {.ipi6_addr = address->local_v6};
        control->header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof information), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO};
        memcpy(CMSG_DATA(&control->header), &information, sizeof information);
        message->msg_controllen = CMSG_SPACE(sizeof information);
    }
}

bool send_batch_commit(send_batch *batch, size_t length, const socket_address *to, bool may_be_dropped) {
    unsigned i = batch->count++;
    batch->addresses[i] = *to;
    batch->messages[i].msg_hdr.msg_namelen = to->length;
    batch->vectors[i] = (struct iovec){.iov_base = batch->slots + batch->used_bytes, .iov_len = length};
    batch->used_bytes += rounded(length);
    batch->may_be_dropped[i] = may_be_dropped;
    write_local_address(&batch->messages[i].msg_hdr, &batch->controls[i], to);
    return batch->count == batch->capacity;
}

// Moves what must not be dropped, from `first` on, to the front of the batch; says how many that are.
static unsigned keep_control(send_batch *batch, unsigned first) {
    unsigned kept = 0;
    batch->used_bytes = 0;
    for (unsigned i = first; i < batch->count; i++) {
        if (batch->may_be_dropped[i] || kept == batch->capacity / 4) {
            batch->totals.buffer_full++;
            continue;
        }
        socket_address address = batch->addresses[i];
        struct iovec datagram = batch->vectors[i];
        uint8_t *place = batch->slots + batch->used_bytes;
        memmove(place, datagram.iov_base, datagram.iov_len);
        batch->used_bytes += rounded(datagram.iov_len);
        batch->vectors[kept] = (struct iovec){.iov_base = place, .iov_len = datagram.iov_len};
        batch->addresses[kept] = address;
        batch->messages[kept].msg_hdr.msg_namelen = address.length;
        write_local_address(&batch->messages[kept].msg_hdr, &batch->controls[kept], &address);
        batch->may_be_dropped[kept++] = false;
    }
    return kept;
}

void send_batch_flush(send_batch *batch, int fd) {
    unsigned sent = 0, kept = 0;
    while (sent < batch->count) {
        int result = sendmmsg(fd, batch->messages + sent, batch->count - sent, MSG_DONTWAIT);
        batch->totals.calls++;
        if (result > 0) {
            for (unsigned i = sent; i < sent + (unsigned)result; i++) batch->totals.bytes += batch->vectors[i].iov_len;
            batch->totals.datagrams += (unsigned)result;
            sent += (unsigned)result;
        } else if (result < 0 && errno == EINTR) {
            continue;
        } else if (result < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
            // Voice that waits is voice that is late. Keepalives and goodbyes are few, and others wait for them.
            kept = keep_control(batch, sent);
            break;
        } else {
            // The first one was refused (no route, forbidden): its neighbours may still go.
            batch->totals.failed++;
            sent++;
        }
    }
    batch->count = kept;
    if (kept == 0) batch->used_bytes = 0;
}

unsigned send_batch_count(const send_batch *batch) { return batch->count; }

const send_totals *send_batch_totals(const send_batch *batch) { return &batch->totals; }

void socket_report_local_addresses(int fd, int family) {
    int on = 1;
    if (family == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    } else {
        setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    }
}

void socket_stamp_arrivals(int fd) {
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

bool socket_steer_by_number(int fd, unsigned offset, unsigned socket_count) {
    // The filter sees the payload; what is too short for the load goes to the first socket.
    struct sock_filter program[] = {
        {.code = BPF_LD | BPF_H | BPF_ABS, .k = offset},
        {.code = BPF_ALU | BPF_MOD | BPF_K, .k = socket_count},
        {.code = BPF_RET | BPF_A},
    };
    struct sock_fprog filter = {.len = sizeof program / sizeof program[0], .filter = program};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter) == 0;
}

uint32_t socket_receive_drops(int fd) {
    uint32_t information[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof information;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, information, &length) != 0) return 0;
    return information[SK_MEMINFO_DROPS];
}
