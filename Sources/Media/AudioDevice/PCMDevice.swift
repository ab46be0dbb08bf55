import CALSA
import SpeechProcessing

/// An open and configured ALSA device: 16-bit samples, one or two channels, at the rate that it really has.
///
/// Opened by one thread, then used by the device's thread alone, which is joined before this is closed.
@safe final class PCMDevice: @unchecked Sendable {
    // Unchecked: the pointer's one user at a time is given by the thread's life, as said above.
    let handle: OpaquePointer
    let name: String
    let direction: AudioDirection
    /// What the device runs at.
    let format: Format

    struct Format: Hashable {
        var sampleRate = 48_000
        var channelCount = 1
        /// Channels of what is given or taken: those wanted, as far as the device has them.
        var productChannelCount = 1
        /// Frames (one sample of each channel) in a period and in the whole buffer.
        var periodFrameCount = 0
        var bufferFrameCount = 0
    }

    /// Opens `name`. A device that has only formats or channel counts that are not ours is opened through ALSA's plug layer,
    /// which converts them; its rate stays its own, because plug's rate conversion is audible and ``Resampler`` is not.
    init(
        name: String, direction: AudioDirection, timing: DeviceTiming, channelCountMax: Int = 1
    ) throws(AudioDeviceError) {
        timing.validate()
        precondition((1...2).contains(channelCountMax), "sound has one channel or two")
        Self.silenceMessages
        self.name = name
        self.direction = direction
        do throws(ALSAFailure) {
            unsafe (handle, format) = try Self.openConfigured(name, direction, timing, channelCountMax)
        } catch {
            guard error.isFormatRefused, !name.hasPrefix("plug"),
                let (handle, format) = unsafe try? Self.openConfigured(
                    "plug:SLAVE='\(name)'", direction, timing, channelCountMax)
            else { throw error.deviceError(name, direction) }
            unsafe self.handle = handle
            self.format = format
        }
    }

    deinit { unsafe snd_pcm_close(handle) }

    private static func openConfigured(
        _ name: String, _ direction: AudioDirection, _ timing: DeviceTiming, _ channelCountMax: Int
    ) throws(ALSAFailure) -> (OpaquePointer, Format) {
        var opened: OpaquePointer?
        try ALSAFailure.check(unsafe snd_pcm_open(&opened, name, direction.stream, SND_PCM_NONBLOCK), .open)
        guard let handle = unsafe opened else { throw ALSAFailure(step: .open, code: -ENODEV) }
        do throws(ALSAFailure) {
            var format = try unsafe configure(handle, timing, channelCountMax)
            format.productChannelCount = min(format.channelCount, channelCountMax)
            try unsafe configureThresholds(handle, direction, format)
            return unsafe (handle, format)
        } catch {
            unsafe snd_pcm_close(handle)
            throw error
        }
    }

    private static func configure(
        _ handle: OpaquePointer, _ timing: DeviceTiming, _ channelCountMax: Int
    ) throws(ALSAFailure) -> Format {
        var allocated: OpaquePointer?
        try ALSAFailure.check(unsafe snd_pcm_hw_params_malloc(&allocated), .configure)
        guard let parameters = unsafe allocated else { throw ALSAFailure(step: .configure, code: -ENOMEM) }
        defer { unsafe snd_pcm_hw_params_free(parameters) }
        func check(_ code: Int32) throws(ALSAFailure) { try ALSAFailure.check(code, .configure) }

        try check(unsafe snd_pcm_hw_params_any(handle, parameters))
        try check(unsafe snd_pcm_hw_params_set_rate_resample(handle, parameters, 0))
        try check(unsafe snd_pcm_hw_params_set_access(handle, parameters, SND_PCM_ACCESS_RW_INTERLEAVED))
        try check(unsafe snd_pcm_hw_params_set_format(handle, parameters, SND_PCM_FORMAT_S16))
        var channels = UInt32(channelCountMax)
        if unsafe snd_pcm_hw_params_set_channels(handle, parameters, channels) < 0 {
            channels = 3 - channels
            try check(unsafe snd_pcm_hw_params_set_channels(handle, parameters, channels))
        }
        var rate: UInt32 = 48_000
        try check(unsafe snd_pcm_hw_params_set_rate_near(handle, parameters, &rate, nil))
        guard Resampler.sampleRateRange.contains(Int(rate)) else { throw ALSAFailure(step: .configure, code: -EINVAL) }

        var period = snd_pcm_uframes_t(Int(rate) * timing.periodMicroseconds / 1_000_000)
        try check(unsafe snd_pcm_hw_params_set_period_size_near(handle, parameters, &period, nil))
        // As long as was asked for even if the hardware's periods are longer: in playback all of it is delay.
        let wanted = snd_pcm_uframes_t(Int(rate) * timing.periodMicroseconds * timing.periodCount / 1_000_000)
        var buffer = max(wanted, 2 * period)
        try check(unsafe snd_pcm_hw_params_set_buffer_size_near(handle, parameters, &buffer))
        try check(unsafe snd_pcm_hw_params(handle, parameters))
        try check(unsafe snd_pcm_hw_params_get_period_size(parameters, &period, nil))
        try check(unsafe snd_pcm_hw_params_get_buffer_size(parameters, &buffer))
        guard (1...1 << 20).contains(period), (period...1 << 22).contains(buffer) else {
            throw ALSAFailure(step: .configure, code: -EINVAL)
        }
        return Format(
            sampleRate: Int(rate), channelCount: Int(channels), periodFrameCount: Int(period),
            bufferFrameCount: Int(buffer))
    }

    /// Wake the thread for each period. Playback is started by itself, however little is in its buffer.
    private static func configureThresholds(
        _ handle: OpaquePointer, _ direction: AudioDirection, _ format: Format
    ) throws(ALSAFailure) {
        var allocated: OpaquePointer?
        try ALSAFailure.check(unsafe snd_pcm_sw_params_malloc(&allocated), .configure)
        guard let parameters = unsafe allocated else { throw ALSAFailure(step: .configure, code: -ENOMEM) }
        defer { unsafe snd_pcm_sw_params_free(parameters) }
        func check(_ code: Int32) throws(ALSAFailure) { try ALSAFailure.check(code, .configure) }

        let period = snd_pcm_uframes_t(format.periodFrameCount)
        let start = direction == .capture ? 1 : snd_pcm_uframes_t(format.bufferFrameCount)
        try check(unsafe snd_pcm_sw_params_current(handle, parameters))
        try check(unsafe snd_pcm_sw_params_set_avail_min(handle, parameters, period))
        try check(unsafe snd_pcm_sw_params_set_start_threshold(handle, parameters, start))
        try check(unsafe snd_pcm_sw_params(handle, parameters))
    }

    /// Done before anything else of ALSA, once.
    static let silenceMessages: Void = roomtone_alsa_silence_messages()
}
