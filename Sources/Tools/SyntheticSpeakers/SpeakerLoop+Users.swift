import Glibc
import Synchronization
import VoiceSocket

extension SpeakerLoop where End: ~Copyable {
    /// Between hellos that were not answered; doubles, up to a second.
    private static var helloNanoseconds: UInt64 { 100_000_000 }
    /// Hellos that are said before a user gives up: some ten seconds' worth.
    private static var helloCountMax: Int { 13 }
    /// Between two pings of somebody who talks.
    private static var talkersPingNanoseconds: UInt64 { 1_000_000_000 }
    /// What a removed user still hears.
    private static var leaveNanoseconds: UInt64 { 250_000_000 }

    /// A user as long as it is there.
    @inline(__always)
    func user(_ number: Int) -> UnsafeMutablePointer<SpeakerState<End>>? { users[number] }

    mutating func insert(_ number: Int, _ memory: UnsafeMutableRawPointer) {
        let user = memory.assumingMemoryBound(to: SpeakerState<End>.self)
        serial &+= 1
        user.pointee.serial = serial
        user.pointee.room = rooms.index(of: user.pointee.end.room)
        rooms[user.pointee.room].userCount += 1
        users[number] = user
        ledger.enter(
            number, voice: user.pointee.end.voice, room: user.pointee.room, mayTalk: user.pointee.mayTalk)
        watchSocket(of: user, number)
        sayHello(number, user, now: SpeakerClock.monotonic)
    }

    /// A shared socket is known by who came to it first; others stand in a chain behind.
    private mutating func watchSocket(of user: UnsafeMutablePointer<SpeakerState<End>>, _ number: Int) {
        if user.pointee.sharesSocket {
            if let first = firstOnSocket[user.pointee.descriptor], let first = self.user(first) {
                user.pointee.nextOnSocket = first.pointee.nextOnSocket
                first.pointee.nextOnSocket = number
                return
            }
            firstOnSocket[user.pointee.descriptor] = number
        }
        watch(user.pointee.descriptor, mark: UInt32(number), edgeTriggered: true)
    }

    mutating func dismiss(_ number: Int) {
        guard let user = user(number), user.pointee.status != .leaving, !user.pointee.sharesSocket else { return }
        stopExpecting(number, user)
        user.pointee.status = .leaving
        shared.set(.leaving, of: number)
        schedule(.leave, number, user, at: SpeakerClock.monotonic &+ Self.leaveNanoseconds)
    }

    mutating func setTalking(_ number: Int, _ isTalking: Bool) {
        guard let user = user(number), user.pointee.mayTalk else { return }
        user.pointee.wantsToTalk = isTalking
        if isTalking, user.pointee.status == .established { startBeat(number, user) }
    }

    func sayAllGoodbyes() {
        for number in 0..<configuration.usersMax {
            guard let user = user(number), user.pointee.status == .established || user.pointee.status == .leaving
            else { continue }
            let byteCount = user.pointee.end.writeGoodbye(to: outgoing)
            _ = send(byteCount, from: user)
        }
    }

    // MARK: Steps of a session

    mutating func schedule(
        _ kind: DeadlineHeap.Kind, _ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>, at due: UInt64
    ) {
        deadlines.push(
            DeadlineHeap.Deadline(due: due, serial: user.pointee.serial, user: UInt16(number), kind: kind))
    }

    /// Does what is due.
    mutating func serveDeadlines(now: UInt64) {
        var now = now
        while let deadline = deadlines.pop(dueBy: now) {
            let number = Int(deadline.user)
            guard let user = user(number), user.pointee.serial == deadline.serial else { continue }
            switch deadline.kind {
            case .beat:
                takeBeat(number, user, due: deadline.due, now: now)
                now = SpeakerClock.monotonic
            case .hello: sayHello(number, user, now: now)
            case .ping: ping(number, user, due: deadline.due, now: now)
            case .leave: leave(number, user)
            }
        }
    }

    private mutating func sayHello(_ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>, now: UInt64) {
        guard user.pointee.status == .connecting else { return }
        guard user.pointee.helloCount < Self.helloCountMax else {
            user.pointee.status = .unanswered
            return shared.set(.unanswered, of: number)
        }
        let wait = min(1_000_000_000, Self.helloNanoseconds << UInt64(user.pointee.helloCount))
        user.pointee.helloCount += 1
        let byteCount = user.pointee.end.writeHello(to: outgoing)
        window.add(.helloesSent)
        if !send(byteCount, from: user) { window.add(.sendsFailed) }
        schedule(.hello, number, user, at: now &+ wait)
    }

    mutating func takeWelcome(_ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>) {
        // A second welcome answers a hello that was repeated too soon.
        guard user.pointee.status == .connecting else { return }
        user.pointee.status = .established
        user.pointee.expectedFrom = SpeakerClock.realTime
        rooms[user.pointee.room].listenerCount += 1
        shared.set(.established, of: number)
        shared.establishedCount.add(1, ordering: .releasing)
        if let interval = quietInterval(of: user) {
            // Spread, so that users who came together do not ping together for ever.
            let share = (Double(number) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
            let first = UInt64(Double(interval) * share)
            user.pointee.lastPing = SpeakerClock.monotonic &+ first &- interval
            schedule(.ping, number, user, at: SpeakerClock.monotonic &+ first)
        }
        if user.pointee.wantsToTalk { startBeat(number, user) }
    }

    /// Between two pings in silence: some time before the server's, as Roomtone's client does it. Nil if there are none.
    private func quietInterval(of user: UnsafeMutablePointer<SpeakerState<End>>) -> UInt64? {
        user.pointee.end.keepaliveNanoseconds.map { $0 / 8 &* 7 }
    }

    /// Pings in silence, and every second while the user talks.
    private mutating func ping(
        _ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>, due: UInt64, now: UInt64
    ) {
        guard user.pointee.status == .established, let interval = quietInterval(of: user) else { return }
        if user.pointee.isTalking || due &- user.pointee.lastPing >= interval {
            let byteCount = user.pointee.end.writePing(echo: SpeakerClock.realTime, to: outgoing)
            window.add(.pingsSent)
            if !send(byteCount, from: user) { window.add(.sendsFailed) }
            user.pointee.lastPing = due
        }
        // From when it was due: after a rest all users would ping together for ever.
        let step = max(1, user.pointee.mayTalk ? min(interval, Self.talkersPingNanoseconds) : interval)
        schedule(.ping, number, user, at: due &+ ((now &- due) / step &+ 1) &* step)
    }

    mutating func takeGoodbye(_ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>) {
        guard user.pointee.status != .leaving else { return }
        stopExpecting(number, user)
        user.pointee.status = .ended
        shared.set(.ended, of: number)
    }

    /// From now on it sends nothing, and nothing is expected to reach it.
    private mutating func stopExpecting(_ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>) {
        user.pointee.wantsToTalk = false
        user.pointee.isTalking = false
        guard user.pointee.status == .established else { return }
        user.pointee.expectedUntil = SpeakerClock.realTime
        rooms[user.pointee.room].listenerCount -= 1
        shared.establishedCount.subtract(1, ordering: .releasing)
    }

    private mutating func leave(_ number: Int, _ user: UnsafeMutablePointer<SpeakerState<End>>) {
        let byteCount = user.pointee.end.writeGoodbye(to: outgoing)
        _ = send(byteCount, from: user)
        rooms[user.pointee.room].userCount -= 1
        ledger.leave(number)
        users[number] = nil
        user.deinitialize(count: 1)
        user.deallocate()
        shared.set(.absent, of: number)
    }

    /// Sends what stands in `outgoing`. False when the kernel did not take it.
    @inline(__always)
    func send(_ byteCount: Int, from user: UnsafeMutablePointer<SpeakerState<End>>) -> Bool {
        func once() -> Bool {
            Glibc.send(user.pointee.descriptor, outgoing, byteCount, Int32(MSG_DONTWAIT)) == byteCount
        }
        if byteCount == 0 || once() { return true }
        // Nobody took an earlier datagram, which is the server's doing; this one has not left yet, and is owed.
        return errno == ECONNREFUSED && once()
    }
}
