// libsodium as Swift sees it. Only VoiceSealing (datagram encryption) and Credentials (password
// hashing, random tokens) import this module.
#pragma once
#include <sodium.h>
