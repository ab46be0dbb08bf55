import Glibc
import VoiceSocket
import VoiceWire

extension SpeakerLoop where End: ~Copyable {
    // MARK: Talking

    mutating func startBeat(_ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>) {
        guard !user.pointee.hasBeat else { return }
        user.pointee.hasBeat = true
        let due = beat.firstDue(notBefore: SpeakerClock.monotonic, offset: user.pointee.beatOffset)
        schedule(.beat, number, user, at: due)
    }

    /// Says the frame that is due, and arranges for the next one.
    mutating func takeBeat(
        _ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>, due: UInt64, now: UInt64
    ) {
        let goesOn = user.pointee.wantsToTalk && user.pointee.status == .established
        guard goesOn || user.pointee.isTalking else {
            user.pointee.hasBeat = false
            return
        }
        if now &- due > Self.catchUpNanosecondsMax {
            // Frames of a time in which the whole thread stood still, or was paused, are not caught up with.
            let next = beat.firstDue(notBefore: now, offset: user.pointee.beatOffset)
            if due >= forgivenUntil { window.add(.framesSkipped, (next &- due) / beat.frameNanoseconds) }
            return schedule(.beat, number, user, at: next)
        }
        var flags: DatagramFlags = user.pointee.isTalking ? [] : .talkspurtStart
        if !goesOn { flags.insert(.talkspurtEnd) }
        sendFrame(number, user, flags: flags, due: due)
        user.pointee.isTalking = goesOn
        user.pointee.hasBeat = goesOn
        if goesOn { schedule(.beat, number, user, at: due &+ beat.frameNanoseconds) }
    }

    private mutating func sendFrame(
        _ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>, flags: DatagramFlags, due: UInt64
    ) {
        let sequence = user.pointee.sequence
        let payloadNumber = ledger.payloadNumber(number, frame: sequence)
        let frame = SpokenFrame(sequence: sequence, timestamp: beat.timestamp(at: due), flags: flags)
        let byteCount = user.pointee.end.writeFrame(frame, ledger.payload(payloadNumber), to: outgoing)
        user.pointee.sequence = sequence &+ 1
        let lateness = SpeakerClock.monotonic &- due
        let instant = SpeakerClock.realTime
        ledger.note(
            SentFrames.Frame(
                sentAt: instant, latenessNanoseconds: UInt32(clamping: lateness), timestamp: frame.timestamp,
                sequence: sequence, payload: UInt16(payloadNumber), flags: flags), of: number)
        let isSent = send(byteCount, from: user)
        // Where its deliveries will be counted, too.
        let block = block(ofFrameSentAt: instant) ?? window
        guard isSent else { return block.add(.sendsFailed) }
        shared.noteFrameSent()
        let room = user.pointee.room
        let expected = rooms[room].listenerCount - (user.pointee.status == .established ? 1 : 0)
        block.add(.framesSent)
        block.add(.bytesSent, UInt64(byteCount))
        block.add(.deliveriesExpected, UInt64(max(0, expected)))
        block.room(room).pointee.framesSent &+= 1
        block.room(room).pointee.expected &+= UInt64(max(0, expected))
        block.histogram(.sendLateness).record(lateness)
        if lateness > latenessMax { block.add(.deadlinesMissed) }
    }

    // MARK: Listening

    /// Takes all that a user's socket has.
    mutating func receive(_ number: Int) {
        while let user = user(number) {
            let count = incoming.fill(from: user.pointee.descriptor)
            // Nobody listens there (ECONNREFUSED): what was sent is lost, and is counted as that when it does not come.
            guard count > 0 else { return }
            for index in 0..<count { take(index, number, user) }
            // Fewer than asked for: the socket is empty, and what comes from now on is a new event.
            guard count == Self.receiveBatchMax else { return }
        }
    }

    @inline(__always)
    private mutating func take(_ index: Int, _ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>) {
        let receipt = incoming.receipt(index)
        let byteCount = min(receipt.byteCount, VoiceWireLimits.datagramBytesMax + 1)
        window.add(.datagramsReceived)
        window.add(.bytesReceived, UInt64(receipt.byteCount))
        if receipt.drops != user.pointee.socketDrops {
            if receipt.drops != 0 { window.add(.socketDrops, UInt64(receipt.drops &- user.pointee.socketDrops)) }
            user.pointee.socketDrops = receipt.drops
        }
        let datagram = UnsafeRawBufferPointer(start: incoming.bytes(index), count: byteCount)
        guard user.pointee.nextOnSocket != nil else { return open(datagram, number, user, at: receipt.instant) }
        guard let addressee = addressee(of: datagram, from: number), let user = self.user(addressee) else {
            return window.add(.malformed)
        }
        open(datagram, addressee, user, at: receipt.instant)
    }

    /// Who of those on a socket is in the room that a datagram names.
    private func addressee(of datagram: UnsafeRawBufferPointer, from first: Int) -> Int? {
        guard let room = End.room(of: datagram) else { return nil }
        var candidate: Int? = first
        while let number = candidate, let user = user(number) {
            if user.pointee.end.room == room { return number }
            candidate = user.pointee.nextOnSocket
        }
        return nil
    }

    @inline(__always)
    private mutating func open(
        _ datagram: UnsafeRawBufferPointer, _ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>,
        at instant: UInt64
    ) {
        let opened = user.pointee.end.open(datagram, scratch: scratch) { frame in
            hear(frame, number, user, at: instant)
        }
        switch opened {
        case .frames(let count): if count > 1 { window.add(.bundlesReceived) }
        case .pong(let echo):
            window.add(.pongsReceived)
            window.histogram(.roundTrip).record(instant > echo ? instant &- echo : 0)
        case .welcome: takeWelcome(number, user)
        case .goodbye: takeGoodbye(number, user)
        case .refused(let cause): window.add(cause)
        }
    }

    /// Judges one frame, and counts it in the window in which it was sent.
    @inline(__always)
    private mutating func hear(
        _ frame: HeardFrame, _ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>, at instant: UInt64
    ) {
        let judgement = ledger.judge(
            frame, heardBy: number, reserved: End.reservedByteCount, comparesTimestamp: End.carriesTimestamp)
        switch judgement {
        case .fault(let cause): window.add(cause)
        case .sound(let sent, let arrival):
            guard user.pointee.expects(sentAt: sent.sentAt) else { return window.add(.deliveriesBeside) }
            guard let block = block(ofFrameSentAt: sent.sentAt) else { return window.add(.stragglers) }
            let room = user.pointee.room
            let latency = instant > sent.sentAt ? instant &- sent.sentAt : 0
            block.add(.deliveries)
            block.room(room).pointee.deliveries &+= 1
            block.histogram(.latency).record(latency)
            block.roomLatency(room).record(latency)
            block.histogram(.latencyFromDue).record(latency &+ UInt64(sent.latenessNanoseconds))
            if case .reordered = arrival { block.add(.reordered) }
            if case .afterGap = arrival { block.add(.lossBursts) }
            if let jitter = ledger.jitter(after: sent, of: frame.talker, heardBy: number, at: instant) {
                block.histogram(.jitter).record(jitter)
            }
        }
    }
}
