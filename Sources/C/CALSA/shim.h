// ALSA as Swift sees it. Only AudioDevice imports this module.
#pragma once
#include <alsa/asoundlib.h>

/// Takes ALSA's messages and drops them: a person gets one line from Roomtone instead.
static inline void roomtone_alsa_drop_message(
    const char *file, int line, const char *function, int error, const char *format, ...) {
    (void)file;
    (void)line;
    (void)function;
    (void)error;
    (void)format;
}

/// Keeps ALSA from writing to standard error. The handler is variadic, which Swift cannot define.
static inline void roomtone_alsa_silence_messages(void) {
    snd_lib_error_set_handler(roomtone_alsa_drop_message);
}
