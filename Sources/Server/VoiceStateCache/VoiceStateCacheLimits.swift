/// Limits of VoiceStateCache.
enum VoiceStateCacheLimits {}
