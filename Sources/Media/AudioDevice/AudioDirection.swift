import CALSA

/// Which way sound goes through a device.
public enum AudioDirection: Hashable, Sendable {
    case capture
    case playback

    var stream: snd_pcm_stream_t { self == .capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK }
    var noun: String { self == .capture ? "microphone" : "speaker" }
}
