public import LockFree

/// Where a device stands.
public enum AudioDeviceState: Hashable, Sendable {
    /// Open, not started.
    case idle
    case running
    /// A file came to its end; nothing more will come.
    case ended
    /// ``AudioSource/stop()`` or ``AudioSink/stop()`` was called.
    case stopped
    /// It stopped by itself. It stays so: open a new one.
    case failed(AudioDeviceError)
}

/// Gives 48 kHz samples, in real time, from a thread of its own. Made open; started once; stopped once.
///
/// All counts but the ring's are of one channel; in the ring two are interleaved.
public protocol AudioSource: AnyObject, Sendable {
    /// The device's name or the file's path.
    var name: String { get }

    /// Channels that it gives: 1 or 2.
    var channelCount: Int { get }

    /// Samples that arrive at once, at 48 kHz.
    var periodSampleCount: Int { get }

    /// Starts the thread. It writes each period into `ring` (what does not fit is dropped and counted) and then signals;
    /// it signals also when ``state`` changes by itself. The ring should hold four periods or more.
    func start(into ring: SampleRing, signal: EventSignal) throws(AudioDeviceError)

    /// Ends the thread; the device closes with the last reference to this. Blocks for up to 100 ms; once stopped, does
    /// nothing.
    func stop()

    /// Any thread; does not block.
    var statistics: AudioStatistics { get }

    /// Any thread; takes a short lock that the device's thread takes only when it ends.
    var state: AudioDeviceState { get }
}

extension AudioSource {
    /// One, unless it says otherwise.
    public var channelCount: Int { 1 }
}

/// Plays 48 kHz samples, in real time, from a thread of its own. Made open; started once; stopped once.
///
/// All counts but the ring's are of one channel; in the ring two are interleaved.
public protocol AudioSink: AnyObject, Sendable {
    /// The device's name or the file's path.
    var name: String { get }

    /// Channels that it takes: 1 or 2.
    var channelCount: Int { get }

    /// Samples that are wanted at once: a period, at 48 kHz.
    var periodSampleCount: Int { get }

    /// Samples that the ring should hold now: a period while the device's thread waits for one, else 0. Less and silence is
    /// played, more is delay. The filler's thread; does not block.
    var wantedSampleCount: Int { get }

    /// The filler wrote what was wanted. Does not block.
    func noteFilled()

    /// Starts the thread. For each period it signals, waits until `ring` holds ``wantedSampleCount`` samples, but no longer than the
    /// device has sound to play, and plays silence for what is missing. It signals also when ``state`` changes by itself.
    func start(from ring: SampleRing, signal: EventSignal) throws(AudioDeviceError)

    /// Ends the thread; what is still in the device's buffer is not heard. The device closes with the last reference to this.
    /// Blocks for up to 100 ms; once stopped, does nothing.
    func stop()

    /// Any thread; does not block.
    var statistics: AudioStatistics { get }

    /// Any thread; takes a short lock that the device's thread takes only when it ends.
    var state: AudioDeviceState { get }
}

extension AudioSink {
    /// One, unless it says otherwise.
    public var channelCount: Int { 1 }
}
