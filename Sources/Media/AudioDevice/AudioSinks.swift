/// Opens what a person asked to listen with.
public enum AudioSinks {
    /// Opens a speaker, or a WAV file that records what would be heard.
    ///
    /// - Parameters:
    ///   - name: an ALSA device, a path ending in `.wav`, ``AudioSources/silentDeviceName``, or nil for
    ///     ``AudioSources/defaultDeviceName``.
    ///   - channelCountMax: channels wanted, 1 or 2. What has one takes one: ``AudioSink/channelCount``.
    /// - Throws: what the device or file is and is not; show it and end.
    public static func open(
        name: String?, timing: DeviceTiming = .playback, channelCountMax: Int = 1
    ) throws(AudioDeviceError) -> any AudioSink {
        let name = name ?? AudioSources.defaultDeviceName
        if name == AudioSources.silentDeviceName { return NullSink(timing: timing) }
        return AudioSources.isSoundFile(name)
            ? try WAVFileSink(path: name, timing: timing, channelCount: channelCountMax)
            : try ALSASink(name: name, timing: timing, channelCountMax: channelCountMax)
    }
}
