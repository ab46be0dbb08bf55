// libopus as Swift sees it. Only OpusCodec imports this module. The ctl calls are variadic, which Swift cannot
// call: each gets a typed function here.
#pragma once
#include <opus.h>
#include <stddef.h>

/// Sets one integer option of an encoder; request is an OPUS_SET_…_REQUEST. Returns OPUS_OK or a negative code.
static inline int roomtone_opus_encoder_set(OpusEncoder *encoder, int request, opus_int32 value) {
    return opus_encoder_ctl(encoder, request, value);
}

/// Reads one integer option of an encoder; request is an OPUS_GET_…_REQUEST. Returns OPUS_OK or a negative code.
static inline int roomtone_opus_encoder_get(OpusEncoder *encoder, int request, opus_int32 *value) {
    return opus_encoder_ctl(encoder, request, __opus_check_int_ptr(value));
}

/// Forgets all signal history, keeps the options. Returns OPUS_OK or a negative code.
static inline int roomtone_opus_encoder_reset(OpusEncoder *encoder) {
    return opus_encoder_ctl(encoder, OPUS_RESET_STATE);
}

/// Forgets all signal history. Returns OPUS_OK or a negative code.
static inline int roomtone_opus_decoder_reset(OpusDecoder *decoder) {
    return opus_decoder_ctl(decoder, OPUS_RESET_STATE);
}

/// Where the first frame of a packet begins. Returns its offset in bytes and sets its size (0 for an empty frame), or
/// returns a negative code for a malformed packet.
static inline int roomtone_opus_packet_first_frame(const unsigned char *packet, opus_int32 length, opus_int32 *size) {
    opus_int16 sizes[48];
    int offset = 0;
    const int frames = opus_packet_parse(packet, length, NULL, NULL, sizes, &offset);
    if (frames < 1) {
        return frames < 0 ? frames : OPUS_INVALID_PACKET;
    }
    *size = sizes[0];
    return offset;
}
