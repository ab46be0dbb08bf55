// SpeexDSP as Swift sees it. SpeechProcessing wraps it; SoundLab measures its jitter buffer as a yardstick.
#pragma once
#include <speex/speex_jitter.h>
#include <speex/speex_resampler.h>
