// floor_relay: the yardstick of `Scripts/bench relay`. The least that a voice relay on one core can do on this kernel:
// recvmmsg, look up the talker's room in an array, open, for every other member seal with that member's key, sendmmsg.
// No sessions, control channel, permissions, statistics or timers. With --bundle-us, all frames that came within that
// time go to a listener in one datagram under one seal.
//
// For measuring on this machine only: it listens on 127.0.0.1, and keys are derived from the client's number, so this
// protocol protects nothing. Little-endian:
//
//   client to relay   1 JOIN    u8 1, u8[3], u32 client, u32 room
//                     2 VOICE   u8 2, u8[3], u32 client, u64 counter, sealed(payload)
//   relay to client   1 JOINED  the join, echoed
//                     3 VOICE   u8 3, u8 1, u16 room, u32 talker, u64 counter, sealed(payload)
//                     4 BUNDLE  u8 4, u8 k, u16 room, u32 0, u64 counter, sealed(k times: u32 talker, u32 count, payload)
//
// sealed is AES-256-GCM with the 16 bytes before it as associated data, and client number and counter as the nonce.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { clients_max = 16384, room_members_max = 2048 };
enum { in_max = 256, out_max = 1024, header_bytes = 16, tag_bytes = 16, packet_bytes = 256, bundle_bytes = 16384 };
// Longest bundle, as sent; frames that may wait for one.
enum { bundle_bytes_max = 1200, kept_max = 8192 };

typedef struct {
    crypto_aead_aes256gcm_state up, down;  // expanded keys
    struct sockaddr_in address;
    uint64_t counter;
    int room, joined;
} member;

typedef struct {
    int count;
    uint32_t members[room_members_max];
} room;

typedef struct {
    uint32_t talker;
    size_t length;
    uint8_t *bytes;  // header_bytes, then the payload
    uint64_t counter;
} frame;

static member *members;
static room *rooms;
static int relay_socket;
static volatile sig_atomic_t stopping;

static uint64_t nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void expand_keys(member *m, uint32_t client) {
    uint8_t key[32];
    memset(key, 0xA0, sizeof key);
    memcpy(key, &client, 4);
    crypto_aead_aes256gcm_beforenm(&m->up, key);
    key[31] = 1;
    crypto_aead_aes256gcm_beforenm(&m->down, key);
}

static inline void write_nonce(uint8_t nonce[12], uint32_t client, uint64_t counter) {
    memcpy(nonce, &client, 4);
    memcpy(nonce + 4, &counter, 8);
}

static inline void write_header(uint8_t *header, int type, int count, int room, uint32_t talker, uint64_t counter) {
    header[0] = (uint8_t)type, header[1] = (uint8_t)count;
    header[2] = (uint8_t)room, header[3] = (uint8_t)(room >> 8);
    memcpy(header + 4, &talker, 4);
    memcpy(header + 8, &counter, 8);
}

// ---------------------------------------------------------------- what is sent

static struct mmsghdr out_messages[out_max];
static struct iovec out_vectors[out_max];
static uint8_t out_packets[out_max][packet_bytes] __attribute__((aligned(64)));
static uint8_t (*out_bundles)[bundle_bytes];
static int out_count;

static void flush(void) {
    int i = 0;
    while (i < out_count) {
        int sent = sendmmsg(relay_socket, out_messages + i, (unsigned)(out_count - i), 0);
        i += sent > 0 ? sent : 1;  // the first one was refused: its neighbours may still go
    }
    out_count = 0;
}

static inline void push(member *to, void *bytes, size_t length) {
    out_vectors[out_count].iov_base = bytes, out_vectors[out_count].iov_len = length;
    struct msghdr *header = &out_messages[out_count].msg_hdr;
    header->msg_name = &to->address, header->msg_namelen = sizeof to->address;
    header->msg_iov = &out_vectors[out_count], header->msg_iovlen = 1;
    if (++out_count == out_max) flush();
}

// Seals a payload behind its header, with the listener's key and next counter; says how long the datagram is.
static inline size_t seal(
    member *m, uint32_t client, uint8_t *output, int type, int count, uint32_t talker, const uint8_t *payload,
    size_t length) {
    uint8_t nonce[12];
    unsigned long long sealed;
    uint64_t counter = ++m->counter;
    write_header(output, type, count, m->room, talker, counter);
    write_nonce(nonce, client, counter);
    crypto_aead_aes256gcm_encrypt_afternm(
        output + header_bytes, &sealed, payload, length, output, header_bytes, NULL, nonce, &m->down);
    return header_bytes + sealed;
}

static void forward(const frame *f) {
    const room *r = &rooms[members[f->talker].room];
    for (int i = 0; i < r->count; i++) {
        uint32_t client = r->members[i];
        if (client == f->talker) continue;
        member *m = &members[client];
        uint8_t *packet = out_packets[out_count];
        push(m, packet, seal(m, client, packet, 3, 1, f->talker, f->bytes + header_bytes, f->length));
    }
}

// ---------------------------------------------------------------- bundles

static frame kept[kept_max];
static uint8_t (*kept_bytes)[packet_bytes];
static int kept_count;

// All frames of the others in the listener's room, in as few datagrams as they fit.
static void bundle_for(uint32_t client, int of_room) {
    uint8_t records[2048];
    size_t length = 0;
    int count = 0;
    member *m = &members[client];
    for (int i = 0; i <= kept_count; i++) {
        int is_heard = i < kept_count && kept[i].talker != client && members[kept[i].talker].room == of_room;
        int is_full = is_heard && header_bytes + length + 8 + kept[i].length + tag_bytes > bundle_bytes_max;
        if (count && (i == kept_count || is_full)) {
            uint8_t *packet = out_bundles[out_count];
            push(m, packet, seal(m, client, packet, 4, count, 0, records, length));
            length = 0, count = 0;
        }
        if (!is_heard) continue;
        uint32_t number = (uint32_t)kept[i].counter;
        memcpy(records + length, &kept[i].talker, 4), memcpy(records + length + 4, &number, 4);
        memcpy(records + length + 8, kept[i].bytes + header_bytes, kept[i].length);
        length += 8 + kept[i].length, count++;
    }
}

static void forward_kept(void) {
    static uint8_t is_listed[clients_max];
    static int listed[clients_max];
    int listed_count = 0;
    for (int i = 0; i < kept_count; i++) {
        int r = members[kept[i].talker].room;
        if (!is_listed[r]) is_listed[r] = 1, listed[listed_count++] = r;
    }
    for (int i = 0; i < listed_count; i++) {
        const room *r = &rooms[listed[i]];
        is_listed[listed[i]] = 0;
        for (int j = 0; j < r->count; j++) bundle_for(r->members[j], listed[i]);
    }
    flush();
    kept_count = 0;
}

static void keep(const frame *f) {
    memcpy(kept_bytes[kept_count], f->bytes, header_bytes + f->length);
    kept[kept_count] = *f;
    kept[kept_count].bytes = kept_bytes[kept_count];
    kept_count++;
}

// ---------------------------------------------------------------- what comes

static uint8_t in_packets[in_max][packet_bytes] __attribute__((aligned(64)));
static uint8_t in_payloads[in_max][packet_bytes] __attribute__((aligned(64)));
static struct mmsghdr in_messages[in_max];
static struct iovec in_vectors[in_max];
static struct sockaddr_in in_addresses[in_max];

static int receive(int flags) {
    for (int i = 0; i < in_max; i++) in_messages[i].msg_hdr.msg_namelen = sizeof in_addresses[i];
    return recvmmsg(relay_socket, in_messages, in_max, flags, NULL);
}

static void join(int i, uint32_t client) {
    member *m = &members[client];
    uint32_t number;
    memcpy(&number, in_packets[i] + 8, 4);
    if (number >= clients_max || rooms[number].count == room_members_max) return;
    m->address = in_addresses[i];
    if (!m->joined) {
        m->joined = 1, m->room = (int)number;
        expand_keys(m, client);
        rooms[number].members[rooms[number].count++] = client;
    }
    sendto(relay_socket, in_packets[i], 12, 0, (struct sockaddr *)&m->address, sizeof m->address);
}

// True, and `f` filled, when datagram i is a frame of somebody who has joined.
static int take(int i, frame *f) {
    uint8_t *bytes = in_packets[i];
    size_t length = in_messages[i].msg_len;
    uint32_t client;
    if (length < 12) return 0;
    memcpy(&client, bytes + 4, 4);
    if (client >= clients_max) return 0;
    if (bytes[0] == 1) return join(i, client), 0;
    if (bytes[0] != 2 || length < header_bytes + tag_bytes || !members[client].joined) return 0;
    memcpy(&f->counter, bytes + 8, 8);
    uint8_t nonce[12];
    unsigned long long opened;
    write_nonce(nonce, client, f->counter);
    if (crypto_aead_aes256gcm_decrypt_afternm(
            in_payloads[i] + header_bytes, &opened, NULL, bytes + header_bytes, length - header_bytes, bytes,
            header_bytes, nonce, &members[client].up)) {
        return 0;
    }
    f->talker = client, f->bytes = in_payloads[i], f->length = opened;
    return 1;
}

// ---------------------------------------------------------------- main

static void run_at_once(void) {
    while (!stopping) {
        int count = receive(MSG_WAITFORONE);
        frame f;
        for (int i = 0; i < count; i++)
            if (take(i, &f)) forward(&f);
        if (out_count) flush();
    }
}

static void run_bundled(uint64_t interval) {
    uint64_t due = nanoseconds();
    while (!stopping) {
        due += interval;
        uint64_t now = nanoseconds();
        if (due < now) due = now;
        struct timespec time = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
        int count;
        do {
            count = receive(MSG_DONTWAIT);
            frame f;
            for (int i = 0; i < count && kept_count < kept_max; i++)
                if (take(i, &f)) keep(&f);
        } while (count == in_max && kept_count < kept_max - in_max);
        if (kept_count) forward_kept();
    }
}

static void on_signal(int number) { (void)number, stopping = 1; }

static int open_socket(int port) {
    int size = 4 << 20;
    relay_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    setsockopt(relay_socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(relay_socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return bind(relay_socket, (struct sockaddr *)&address, sizeof address);
}

int main(int argc, char **argv) {
    int port = 47000, option;
    long bundle_microseconds = 0;
    static const struct option options[] = {{"port", 1, 0, 'p'}, {"bundle-us", 1, 0, 'b'}, {0, 0, 0, 0}};
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'p') port = atoi(optarg);
        else if (option == 'b') bundle_microseconds = atol(optarg);
        else return fprintf(stderr, "usage: floor_relay [--port N] [--bundle-us N]\n"), 64;
    }
    if (sodium_init() < 0 || !crypto_aead_aes256gcm_is_available()) return fprintf(stderr, "no AES-256-GCM here\n"), 1;
    members = aligned_alloc(64, sizeof *members * clients_max);
    rooms = calloc(clients_max, sizeof *rooms);
    kept_bytes = aligned_alloc(64, (size_t)kept_max * packet_bytes);
    out_bundles = aligned_alloc(64, (size_t)out_max * bundle_bytes);
    if (!members || !rooms || !kept_bytes || !out_bundles) return fprintf(stderr, "out of memory\n"), 1;
    memset(members, 0, sizeof *members * clients_max);
    if (open_socket(port)) return perror("bind"), 1;
    for (int i = 0; i < in_max; i++) {
        in_vectors[i] = (struct iovec){in_packets[i], packet_bytes};
        in_messages[i].msg_hdr.msg_name = &in_addresses[i];
        in_messages[i].msg_hdr.msg_iov = &in_vectors[i], in_messages[i].msg_hdr.msg_iovlen = 1;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    if (bundle_microseconds) run_bundled((uint64_t)bundle_microseconds * 1000);
    else run_at_once();
    return 0;
}
