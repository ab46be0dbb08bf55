/// How much sound a speaker's buffer is kept filled with: as little as this machine is in time for. Pure.
///
/// All of it is delay. It begins with three periods, gains one at once when somebody was late, and loses one when everybody was
/// so early for a while that one less would have done, down to three. Had it to take back what it lost, the next attempt waits
/// twice as long, up to two minutes, so that a machine that is late now and then is not heard to be it again and again.
struct PlaybackLead: Sendable {
    /// What is filled at once, in the device's frames.
    let periodFrameCount: Int
    /// The device's whole buffer.
    let frameCountMax: Int
    /// Frames that the buffer holds after a period was written.
    private(set) var frameCount: Int
    /// Times that it grew.
    private(set) var growthCount = 0

    private let calmFrameCountMin: Int
    private let calmFrameCountMax: Int
    private var calmFrameCountNeeded: Int
    private var calmFrameCount = 0
    private var spareMin = Int.max
    private var hasShrunk = false

    init(_ format: PCMDevice.Format) {
        periodFrameCount = format.periodFrameCount
        frameCountMax = max(format.bufferFrameCount - format.bufferFrameCount % periodFrameCount, periodFrameCount)
        frameCount = min(Self.periodsAtStart * periodFrameCount, frameCountMax)
        calmFrameCountMin = Self.calmSecondsMin * format.sampleRate
        calmFrameCountMax = Self.calmSecondsMax * format.sampleRate
        calmFrameCountNeeded = calmFrameCountMin
    }

    /// A period is about to be written in front of which the device still has `spareFrameCount` frames to play.
    mutating func notePeriod(spareFrameCount: Int) {
        spareMin = min(spareMin, spareFrameCount)
        guard spareFrameCount >= periodFrameCount / 8 else { return noteShortage() }
        calmFrameCount += periodFrameCount
        guard calmFrameCount >= calmFrameCountNeeded else { return }
        // With a period less, half a one must have been left. With less than three in all, sound servers that move whole periods
        // ran empty within seconds.
        hasShrunk = frameCount > Self.periodsAtStart * periodFrameCount && 2 * spareMin >= 3 * periodFrameCount
        if hasShrunk {
            frameCount -= periodFrameCount
        } else {
            calmFrameCountNeeded = max(calmFrameCountNeeded / 2, calmFrameCountMin)
        }
        startOver()
    }

    /// The device ran empty, or silence was written so that it did not.
    mutating func noteShortage() {
        if frameCount + periodFrameCount <= frameCountMax {
            frameCount += periodFrameCount
            growthCount += 1
        }
        if hasShrunk { calmFrameCountNeeded = min(2 * calmFrameCountNeeded, calmFrameCountMax) }
        hasShrunk = false
        startOver()
    }

    private mutating func startOver() {
        calmFrameCount = 0
        spareMin = .max
    }

    private static let periodsAtStart = 3
    private static let calmSecondsMin = 2
    private static let calmSecondsMax = 128
}
