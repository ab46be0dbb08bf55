// Batched datagram receive for who measures: with the instant at which the kernel got each datagram, and how many it has
// thrown away (socket(7)). A server needs neither: see CSocketBatch.h for its batches.
//
// A batch belongs to one thread. Nothing here allocates after creation.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct stamped_batch stamped_batch;

typedef struct {
    uint64_t instant;   // CLOCK_REALTIME in nanoseconds; 0 if the socket does not stamp
    uint32_t drops;     // datagrams that this socket has lost for want of room, since it was made; wraps
    uint32_t length;    // as sent: above the slot's size when it was cut
} datagram_receipt;

// Makes a socket tell both.
void socket_stamp_receipts(int fd);

// NULL when memory is short.
stamped_batch *stamped_batch_create(unsigned capacity, size_t slot_bytes);
void stamped_batch_destroy(stamped_batch *batch);

// Takes what is there without waiting: the number of datagrams (0 when none), or -errno.
int stamped_batch_fill(stamped_batch *batch, int fd);

// Both valid until the next fill.
const uint8_t *stamped_batch_bytes(const stamped_batch *batch, unsigned index);
datagram_receipt stamped_batch_receipt(const stamped_batch *batch, unsigned index);
