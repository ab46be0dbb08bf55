import Glibc
import OpusCodec
import Playout
import TalkerSound
import VoiceWire

/// Who is heard: at most ``talkersMax`` at once. The first ``talkersPrepared`` places are
/// there from the start, others are made when first needed; all are used again.
///
/// One owner at a time. Only a talker for whom no used place is free allocates.
@safe struct TalkerTable: ~Copyable {
    /// People heard at the same time; frames of one more are dropped and counted.
    static let talkersMax = 64
    /// Making a place takes about a millisecond, for which the speaker would wait in vain.
    static let talkersPrepared = 4
    /// A talker who sent nothing for this long gives the place up.
    static let idleNanosecondsMax: Int64 = 30_000_000_000
    /// With all places taken, one who sent nothing for this long gives it up to somebody who speaks.
    static let idleNanosecondsMin: Int64 = 1_000_000_000

    private(set) var counters = VoiceCounters()
    private let configuration: JitterBuffer.Configuration
    private let channelCount: Int
    private let places: UnsafeMutablePointer<Talker>
    private var madeCount = 0
    /// What was set for people, heard or not. Bounded by the ids that exist.
    private var volumes: [VoiceID: Float] = [:]
    private var priorityVoices: Set<VoiceID> = []
    /// Samples for which the room's mix has been heard without a break, up to ``mixRiseCount``.
    private var mixSoundingCount = 0
    /// The server's decoders begin in the middle of words and take two frames to be as loud as they should: so long what is invented
    /// for the talkers bridges that.
    private static let mixRiseCount = 1_920
    /// Of everybody else while a priority speaker is heard.
    private let duckingGain: Float

    /// `channelCount`, 1 or 2, is that of the mix.
    init(configuration: JitterBuffer.Configuration, channelCount: Int = 1, duckingDecibels: Float = 0) {
        self.configuration = configuration
        self.channelCount = channelCount
        let range = VoiceEngineConfiguration.duckingDecibelsRange
        let decibels = duckingDecibels.isNaN ? 0 : min(max(duckingDecibels, range.lowerBound), range.upperBound)
        duckingGain = exp2f(-decibels / 6.0206)
        unsafe places = .allocate(capacity: Self.talkersMax)
        for _ in 0..<Self.talkersPrepared { _ = newPlace() }
    }

    deinit {
        unsafe places.deinitialize(count: madeCount)
        unsafe places.deallocate()
    }

    /// Takes one frame.
    mutating func insert(_ header: VoiceHeader, body: UnsafeRawBufferPointer, at now: MonotonicInstant) {
        guard let index = place(of: header.voice, at: now) else {
            counters.framesOverTalkersMax += 1
            return
        }
        let opus = unsafe UnsafeRawBufferPointer(rebasing: body[..<Int(header.opusByteCount)])
        let extensions = unsafe UnsafeRawBufferPointer(rebasing: body[Int(header.opusByteCount)...])
        unsafe places[index].insert(header, opus, extensions: extensions, at: now)
    }

    /// Adds everybody's next samples to `mix`, whose channels are interleaved.
    mutating func render(addingTo mix: UnsafeMutableBufferPointer<Float>, masterVolume: Float, at now: MonotonicInstant)
    {
        giveWay(mix.count / channelCount)
        let isDucking = duckingGain < 1 && isPrioritySpeaking(at: now)
        for index in 0..<madeCount where unsafe places[index].voice != nil {
            let gain = unsafe isDucking && !hasPriority(places[index].voice) ? duckingGain : 1
            unsafe places[index].render(addingTo: mix, masterVolume: masterVolume * gain, at: now)
            if unsafe places[index].isIdle, idleTime(index, at: now) > Self.idleNanosecondsMax { release(index) }
        }
    }

    /// A listener gets the room's mix or everybody by themselves. Where the one begins to be heard the other has ended, and nobody says
    /// so: what would be invented for it would be heard beside it, and what is not sent any longer would count as lost.
    private mutating func giveWay(_ sampleCount: Int) {
        guard let mix = index(of: .mix) else { return }
        mixSoundingCount = unsafe places[mix].isSounding ? min(mixSoundingCount + sampleCount, Self.mixRiseCount) : 0
        var isAnybodySounding = false
        for index in 0..<madeCount where unsafe index != mix && places[index].voice != nil {
            if unsafe places[index].isSounding { isAnybodySounding = true }
            if mixSoundingCount >= Self.mixRiseCount { unsafe places[index].leave() }
        }
        if isAnybodySounding { unsafe places[mix].leave() }
    }

    mutating func setVolume(_ volume: Float, of voice: VoiceID) {
        volumes[voice] = volume
        if let index = index(of: voice) { unsafe places[index].volume = volume }
    }

    mutating func setPriority(_ hasPriority: Bool, of voice: VoiceID) {
        if hasPriority { priorityVoices.insert(voice) } else { priorityVoices.remove(voice) }
    }

    private func hasPriority(_ voice: VoiceID?) -> Bool { voice.map { priorityVoices.contains($0) } ?? false }

    private func isPrioritySpeaking(at now: MonotonicInstant) -> Bool {
        guard !priorityVoices.isEmpty else { return false }
        for index in 0..<madeCount where unsafe places[index].holdsFloor(at: now) && hasPriority(places[index].voice) {
            return true
        }
        return false
    }

    /// Forgets everybody and their volumes: ids mean other people in the next session.
    mutating func removeAll() {
        for index in 0..<madeCount where unsafe places[index].voice != nil { release(index) }
        volumes.removeAll()
        priorityVoices.removeAll()
    }

    /// Everybody present, into `talkers`; how many. `counters` becomes the sum over all, past and present.
    func report(into talkers: inout InlineArray<64, VoiceStatistics.Talker>, counters: inout VoiceCounters) -> Int {
        counters.add(self.counters)
        var count = 0
        for index in 0..<madeCount {
            guard let voice = unsafe places[index].voice else { continue }
            let statistics = unsafe places[index].statistics
            counters.add(statistics)
            counters.framesRecovered += unsafe places[index].recoveredCount
            counters.framesMalformed += unsafe places[index].malformedCount
            talkers[count] = unsafe VoiceStatistics.Talker(
                voice: voice, isSpeaking: places[index].isSpeaking, level: places[index].level,
                playoutDelayMilliseconds: Double(statistics.playoutDelayNanoseconds) / 1e6,
                jitterMilliseconds: Double(statistics.jitterNanoseconds) / 1e6)
            talkers[count].reception = VoiceStatistics.Reception(statistics)
            count += 1
        }
        return count
    }

    private func index(of voice: VoiceID) -> Int? {
        for index in 0..<madeCount where unsafe places[index].voice == voice { return index }
        return nil
    }

    private mutating func place(of voice: VoiceID, at now: MonotonicInstant) -> Int? {
        if let index = index(of: voice) { return index }
        guard let index = freePlace() ?? newPlace() ?? evictedPlace(at: now) else { return nil }
        unsafe places[index].begin(voice, volume: volumes[voice] ?? 1, at: now)
        return index
    }

    private func freePlace() -> Int? {
        for index in 0..<madeCount where unsafe places[index].voice == nil { return index }
        return nil
    }

    private mutating func newPlace() -> Int? {
        guard madeCount < Self.talkersMax,
            let talker = try? Talker(configuration: configuration, channelCount: channelCount)
        else { return nil }
        unsafe (places + madeCount).initialize(to: talker)
        madeCount += 1
        return madeCount - 1
    }

    private mutating func evictedPlace(at now: MonotonicInstant) -> Int? {
        var longest: (index: Int, time: Int64)?
        for index in 0..<madeCount where unsafe places[index].isIdle {
            let time = idleTime(index, at: now)
            if time >= Self.idleNanosecondsMin, time > longest?.time ?? 0 { longest = (index, time) }
        }
        guard let longest else { return nil }
        release(longest.index)
        return longest.index
    }

    private func idleTime(_ index: Int, at now: MonotonicInstant) -> Int64 {
        unsafe places[index].lastArrival.distance(to: now)
    }

    private mutating func release(_ index: Int) {
        counters.add(unsafe places[index].statistics)
        counters.framesRecovered += unsafe places[index].recoveredCount
        counters.framesMalformed += unsafe places[index].malformedCount
        unsafe places[index].end()
    }
}

// One owner: a value that cannot be copied, over memory of its own.
extension TalkerTable: @unchecked Sendable {}

extension VoiceCounters {
    /// Adds what a talker's buffer counted.
    mutating func add(_ statistics: PlayoutStatistics) {
        framesReceived += statistics.framesReceived
        framesLost += statistics.framesLost
        framesRepaired += statistics.framesRepaired
        framesLate += statistics.framesLate
        framesDuplicate += statistics.framesDuplicate
        framesReordered += statistics.framesReordered
        framesSkipped += statistics.framesSkipped
        framesConcealed += statistics.framesConcealed
        framesMalformed += statistics.framesMalformed
    }

    /// Adds the playout part of other counters.
    mutating func add(_ other: VoiceCounters) {
        framesReceived += other.framesReceived
        framesLost += other.framesLost
        framesRepaired += other.framesRepaired
        framesLate += other.framesLate
        framesDuplicate += other.framesDuplicate
        framesReordered += other.framesReordered
        framesSkipped += other.framesSkipped
        framesConcealed += other.framesConcealed
        framesRecovered += other.framesRecovered
        framesMalformed += other.framesMalformed
        framesOverTalkersMax += other.framesOverTalkersMax
    }
}

extension VoiceStatistics.Reception {
    init(_ statistics: PlayoutStatistics) {
        framesReceived = statistics.framesReceived
        framesLost = statistics.framesLost
        lossBursts = statistics.lossBursts
        framesLate = statistics.framesLate
        samplesPlayed = statistics.samplesPlayed
        samplesConcealed = statistics.samplesConcealed
    }
}
