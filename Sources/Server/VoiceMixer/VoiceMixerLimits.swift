/// Limits of VoiceMixer.
enum VoiceMixerLimits {}
