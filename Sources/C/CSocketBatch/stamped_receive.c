#define _GNU_SOURCE
#include "CSocketBatch.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

// Room for the two control messages that a stamping socket adds.
typedef union {
    struct cmsghdr header;
    uint8_t bytes[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t))];
} stamp_control;

struct stamped_batch {
    unsigned capacity;
    // Headers that the last call changed; the others still have what they began with.
    unsigned used;
    size_t slot_bytes;
    struct mmsghdr *messages;
    struct iovec *vectors;
    stamp_control *controls;
    uint8_t *slots;
};

void socket_stamp_receipts(int fd) {
    int on = 1;
    socket_stamp_arrivals(fd);
    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
}

stamped_batch *stamped_batch_create(unsigned capacity, size_t slot_bytes) {
    stamped_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    batch->capacity = capacity;
    batch->used = capacity;
    batch->slot_bytes = (slot_bytes + 63) & ~(size_t)63;
    batch->messages = calloc(capacity, sizeof *batch->messages);
    batch->vectors = calloc(capacity, sizeof *batch->vectors);
    batch->controls = calloc(capacity, sizeof *batch->controls);
    batch->slots = aligned_alloc(64, capacity * batch->slot_bytes);
    if (!batch->messages || !batch->vectors || !batch->controls || !batch->slots) {
        stamped_batch_destroy(batch);
        return NULL;
    }
    for (unsigned i = 0; i < capacity; i++) {
        batch->vectors[i] = (struct iovec){batch->slots + i * batch->slot_bytes, batch->slot_bytes};
        batch->messages[i].msg_hdr.msg_iov = &batch->vectors[i];
        batch->messages[i].msg_hdr.msg_iovlen = 1;
    }
    return batch;
}

void stamped_batch_destroy(stamped_batch *batch) {
    free(batch->messages);
    free(batch->vectors);
    free(batch->controls);
    free(batch->slots);
    free(batch);
}

int stamped_batch_fill(stamped_batch *batch, int fd) {
    for (unsigned i = 0; i < batch->used; i++) {
        batch->messages[i].msg_hdr.msg_control = &batch->controls[i];
        batch->messages[i].msg_hdr.msg_controllen = sizeof batch->controls[i];
    }
    batch->used = 0;
    int count = recvmmsg(fd, batch->messages, batch->capacity, MSG_DONTWAIT | MSG_TRUNC, NULL);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    batch->used = (unsigned)count;
    return count;
}

const uint8_t *stamped_batch_bytes(const stamped_batch *batch, unsigned index) {
    return batch->slots + index * batch->slot_bytes;
}

datagram_receipt stamped_batch_receipt(const stamped_batch *batch, unsigned index) {
    struct msghdr *message = &batch->messages[index].msg_hdr;
    datagram_receipt receipt = {.length = batch->messages[index].msg_len};
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level != SOL_SOCKET) continue;
        if (control->cmsg_type == SO_TIMESTAMPNS) {
            const struct timespec *time = (const struct timespec *)CMSG_DATA(control);
            receipt.instant = (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
        } else if (control->cmsg_type == SO_RXQ_OVFL) {
            receipt.drops = *(const uint32_t *)CMSG_DATA(control);
        }
    }
    return receipt;
}
