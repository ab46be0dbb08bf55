import Glibc
import VoiceWire

/// Who is where, what everybody sent, and what each listener has heard of it: judges every frame that arrives.
///
/// Pure: no socket, no clock. One thread. Memory is laid out when users come; judging a frame allocates only when a
/// listener first hears a talker for whom its table is too short.
struct ContentLedger: ~Copyable {
    /// What is known of one user.
    struct Entry {
        var voice: UInt16 = 0
        /// −1: nobody is here.
        var room: Int32 = -1
        /// Place in its room's list of talkers; −1 for who never talks.
        var talkerPlace: Int32 = -1
        /// Of that place: another one each time it is given away.
        var generation: UInt16 = 0
        var streamCapacity: Int32 = 0
        var sent: SentFrames?
        /// What it has heard, by talkers' places.
        var streams: UnsafeMutablePointer<HeardStream>?
    }

    /// Places in a room's list of talkers.
    private struct Places {
        var count: Int32 = 0
        var free: [Int32] = []
    }

    enum Judgement {
        /// As it was sent, and for the first time.
        case sound(SentFrames.Frame, HeardStream.Arrival)
        case fault(SpeakerCount)
    }

    private let speech: SpeechTableView
    private let entries: UnsafeMutablePointer<Entry>
    private let userCapacity: Int
    /// Users by their numbers on the wire; −1 is nobody.
    private let usersByVoice: UnsafeMutablePointer<Int32>
    private var places: [Places]
    private var generation: UInt16 = 0

    private static let voiceCount = 1 << 16

    init(speech: SpeechTableView, usersMax: Int, roomsMax: Int) {
        self.speech = speech
        userCapacity = usersMax
        entries = .allocate(capacity: usersMax)
        entries.initialize(repeating: Entry(), count: usersMax)
        usersByVoice = .allocate(capacity: Self.voiceCount)
        usersByVoice.initialize(repeating: -1, count: Self.voiceCount)
        places = [Places](repeating: Places(), count: roomsMax)
    }

    deinit {
        for user in 0..<userCapacity {
            entries[user].sent?.deallocate()
            entries[user].streams?.deallocate()
        }
        entries.deallocate()
        usersByVoice.deallocate()
    }

    // MARK: Users

    mutating func enter(_ user: Int, voice: UInt16, room: Int, mayTalk: Bool) {
        var entry = Entry(voice: voice, room: Int32(room))
        if mayTalk {
            entry.talkerPlace = places[room].free.popLast() ?? places[room].count
            if entry.talkerPlace == places[room].count { places[room].count += 1 }
            generation = generation == .max ? 1 : generation + 1
            entry.generation = generation
            entry.sent = .allocate()
        }
        entries[user] = entry
        usersByVoice[Int(voice)] = Int32(user)
    }

    mutating func leave(_ user: Int) {
        let entry = entries[user]
        guard entry.room >= 0 else { return }
        if entry.talkerPlace >= 0 { places[Int(entry.room)].free.append(entry.talkerPlace) }
        // The number may have been given to somebody else already.
        if usersByVoice[Int(entry.voice)] == Int32(user) { usersByVoice[Int(entry.voice)] = -1 }
        entry.sent?.deallocate()
        entry.streams?.deallocate()
        entries[user] = Entry()
    }

    // MARK: Frames

    /// What a user says with its frame of that sequence number; see ``SpeechTable``. Users begin at different places.
    func payloadNumber(_ user: Int, frame sequence: UInt16) -> Int {
        (user &* 31 &+ Int(sequence)) % speech.count
    }

    func payload(_ number: Int) -> UnsafeRawBufferPointer { speech.payload(number) }

    /// Remembers what a talker is about to send.
    func note(_ frame: SentFrames.Frame, of user: Int) { entries[user].sent?.note(frame) }

    /// Compares a frame with what was sent, and with what its listener has heard before.
    /// - Parameters:
    ///   - reserved: bytes of every payload that the wire does not bring.
    ///   - comparesTimestamp: whether timestamp and flags came with it.
    mutating func judge(
        _ frame: HeardFrame, heardBy listener: Int, reserved: Int, comparesTimestamp: Bool
    ) -> Judgement {
        let user = usersByVoice[Int(frame.talker)]
        guard user >= 0 else { return .fault(.unknownTalker) }
        guard user != Int32(listener) else { return .fault(.ownFrame) }
        let talker = entries[Int(user)]
        guard talker.room == entries[listener].room else { return .fault(.wrongRoom) }
        guard let frames = talker.sent else { return .fault(.neverSent) }
        guard let sent = frames.find(frame.sequence) else {
            return .fault(frames.isForgotten(frame.sequence) ? .tooOld : .neverSent)
        }
        let payload = UnsafeRawBufferPointer(rebasing: speech.payload(Int(sent.payload)).dropFirst(reserved))
        guard isEqual(payload, frame.payload) else { return .fault(.altered) }
        if comparesTimestamp, frame.timestamp != sent.timestamp || frame.flags != sent.flags {
            return .fault(.alteredHeader)
        }
        growStreams(of: listener, toHold: talker.talkerPlace)
        guard let streams = entries[listener].streams else { return .fault(.tooOld) }
        switch streams[Int(talker.talkerPlace)].note(frame.sequence, generation: talker.generation) {
        case .duplicate: return .fault(.duplicates)
        case .tooOld: return .fault(.tooOld)
        case let arrival: return .sound(sent, arrival)
        }
    }

    /// The jitter of a stream after a frame that was judged sound, in nanoseconds; nil after the first.
    func jitter(after frame: SentFrames.Frame, of voice: UInt16, heardBy listener: Int, at received: UInt64) -> UInt64?
    {
        let talker = usersByVoice[Int(voice)]
        guard talker >= 0, let streams = entries[listener].streams else { return nil }
        return streams[Int(entries[Int(talker)].talkerPlace)].noteTransit(received, due: frame.dueAt)
    }

    private func isEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count, let first = a.baseAddress, let second = b.baseAddress else { return false }
        return memcmp(first, second, a.count) == 0
    }

    private func growStreams(of listener: Int, toHold place: Int32) {
        let old = entries[listener]
        guard place >= old.streamCapacity else { return }
        var capacity: Int32 = max(4, old.streamCapacity)
        while capacity <= place { capacity *= 2 }
        let streams = UnsafeMutablePointer<HeardStream>.allocate(capacity: Int(capacity))
        streams.initialize(repeating: HeardStream(), count: Int(capacity))
        if let previous = old.streams {
            streams.update(from: previous, count: Int(old.streamCapacity))
            previous.deallocate()
        }
        entries[listener].streams = streams
        entries[listener].streamCapacity = capacity
    }
}
