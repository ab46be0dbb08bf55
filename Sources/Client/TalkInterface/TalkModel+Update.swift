import ControlWire
import RoomClient
import SpeechProcessing
import TerminalSupport
import VoiceClient
import VoiceWire

extension TalkModel {
    /// Takes what happened at `now` (monotonic, from a fixed start) and says what is to be done about it.
    package mutating func update(_ input: TalkInput, now: Duration) -> [TalkEffect] {
        guard !isQuitting else { return [] }
        let effects: [TalkEffect] =
            switch input {
            case .session(let event): handle(event, now: now)
            case .engine(let event): handle(event, now: now)
            case .tick(let statistics): tick(statistics, now: now)
            case .command(let command): obey(command)
            case .commandUnknown(let text):
                [.print("“\(TerminalText.name(text))” is no command. \(Self.commandsText)")]
            case .interrupted:
                [.disconnectVoice, .quit(firstOpenedAt == nil ? CommandFailure(.interrupted, "interrupted.") : nil)]
            case .failed(let failure): [.quit(failure)]
            }
        for case .quit in effects { isQuitting = true }
        return effects
    }

    private mutating func tick(_ statistics: VoiceStatistics, now: Duration) -> [TalkEffect] {
        self.statistics = statistics
        loss.record(statistics.counters, now: now)
        if let endsAt, now >= endsAt { return [.disconnectVoice, .quit(nil)] }
        if let removalExpectedUntil, now >= removalExpectedUntil { return [.quit(Self.removed)] }
        if let reception, now - reception.at > Self.receptionLifetime { self.reception = nil }
        return qualityReport(now: now)
    }

    /// What the server tells talkers, and may show to moderators.
    private mutating func qualityReport(now: Duration) -> [TalkEffect] {
        guard isVoiceOpen, let roundTrip = statistics.roundTripMilliseconds,
            let talkers = reporter.report(statistics, peopleCount: people.count, now: now)
        else { return [] }
        let jitter = statistics.talkers.map(\.jitterMilliseconds).max() ?? 0
        return [
            .send(
                .audioQualityReport(
                    packetLoss: Float(loss.fraction ?? 0), latency: UInt32(clamping: Int(roundTrip.rounded())),
                    jitter: UInt32(clamping: Int(jitter.rounded())), talkers: talkers))
        ]
    }

    // MARK: The engine

    private mutating func handle(_ event: VoiceEngineEvent, now: Duration) -> [TalkEffect] {
        switch event {
        case .connected: return open(now: now)
        case .lost(let loss): return lose(loss)
        case .ended(let reason): return end(reason, now: now)
        case .sourceEnded:
            guard exitsAtEnd else { return [.print("The input has ended; you still hear the room.")] }
            endBy(now + Self.lingerAtEnd)
            return []
        case .deviceFailed(let text): return [.quit(CommandFailure(.device, text))]
        }
    }

    private mutating func open(now: Duration) -> [TalkEffect] {
        isVoiceOpen = true
        removalExpectedUntil = nil
        guard firstOpenedAt == nil else { return [.print("Voice is back.")] }
        firstOpenedAt = now
        if let duration { endBy(now + duration) }
        return [.print(welcome)]
    }

    private mutating func lose(_ loss: VoicePathLoss) -> [TalkEffect] {
        isVoiceOpen = false
        let text =
            switch loss {
            case .handshakeTimedOut: "the server's voice port does not answer: is its UDP port open on the way?"
            case .silent: "nothing more comes from the server's voice port."
            }
        guard firstOpenedAt != nil else { return [.quit(CommandFailure(.unavailable, text))] }
        return [.print("Voice is lost: \(text)"), .renewVoice(RoomClientError(.voiceLost, text))]
    }

    private mutating func end(_ reason: GoodbyeReason, now: Duration) -> [TalkEffect] {
        isVoiceOpen = false
        switch reason {
        case .removed:
            removalExpectedUntil = now + Self.removalPatience
            return []
        case .replaced:
            return [
                .quit(CommandFailure(.permission, "another session has taken this one's place in the room's voice."))
            ]
        case .left, .timedOut, .roomClosed, .serverStopping:
            let text = "the server ended voice."
            return [.print("Voice is lost: \(text)"), .renewVoice(RoomClientError(.voiceLost, text))]
        }
    }

    /// The earlier of two ends counts.
    private mutating func endBy(_ time: Duration) {
        endsAt = endsAt.map { min($0, time) } ?? time
    }

    private var welcome: String {
        switch mode {
        case .pushToTalk: "You hear the room; it hears you while you talk (push-to-talk)."
        case .voiceActivated: "You hear the room; it hears you when you speak (voice-activated)."
        case .continuous: "You hear the room; it hears your input all the time (continuous)."
        }
    }

    // MARK: The person

    private mutating func obey(_ command: TalkCommand) -> [TalkEffect] {
        switch command {
        case .talk(let wish): return talk(wish)
        case .mute(let wish):
            isMuted = wish ?? !isMuted
            return [.setMuted(isMuted), .send(.setMuted(isMuted: isMuted))]
        case .deafen(let wish):
            isDeafened = wish ?? !isDeafened
            return [.setDeafened(isDeafened), .send(.setDeafened(isDeafened: isDeafened))]
        case .volume(let steps):
            let range = VoiceEngineConfiguration.volumeRange
            let wished = ((volume / Self.volumeStep).rounded() + Float(steps)) * Self.volumeStep
            volume = min(max(wished, range.lowerBound), range.upperBound)
            return [.setVolume(volume), .send(.setVolume(volume: volume))]
        case .processing(let part, let isOn):
            guard !isStereo else { return [.print("Stereo sound is sent as it is: nothing is switched.")] }
            switch part {
            case .echo: microphone.cancelsEcho = isOn
            case .noise: microphone.suppressesNoise = isOn
            case .gain: microphone.usesAutomaticGain = isOn
            }
            return [.setMicrophone(microphone)]
        case .mode(let mode):
            self.mode = mode
            isKeyDown = false
            return [.setTransmitting(false), .setMode(mode)]
        case .talkerVolume(let volume, let voice): return [.setTalkerVolume(volume, voice)]
        case .delivery(let wish):
            delivery = wish
            return [.send(.setDelivery(wish, bitrate: mixBitsPerSecond))]
        case .bitrate(let kilobits):
            let range = VoiceEngineConfiguration.bitsPerSecondRange
            let (least, most) = (range.lowerBound / 1_000, range.upperBound / 1_000)
            guard (least...most).contains(kilobits) else {
                return [.print("bitrate \(kilobits): give \(least) to \(most) kbit/s.")]
            }
            let bitsPerSecond = kilobits * 1_000
            return [.setBitrate(bitsPerSecond), .send(.requestBitrateChange(targetBitrate: UInt32(bitsPerSecond)))]
        case .consent(let isConsent): return answer(isConsent)
        case .record(let starts, let hasMix): return record(starts, hasMix: hasMix)
        case .delay: return [.print(TalkView.delayBreakdown(self))]
        case .help: return (hasKeys ? Self.helpLines : [Self.commandsText]).map { .print($0) }
        case .quit: return [.disconnectVoice, .quit(nil)]
        }
    }

    private mutating func talk(_ wish: Bool?) -> [TalkEffect] {
        guard mode == .pushToTalk else {
            return [
                .print("Push-to-talk is off: your voice is sent \(mode == .continuous ? "always" : "when you speak").")
            ]
        }
        isKeyDown = wish ?? !isKeyDown
        return [.setTransmitting(isKeyDown)]
    }

    private static let removed = CommandFailure(.permission, "you were removed from the room's voice.")
    static let commandsText =
        "Commands: talk on|off, mute on|off, deafen on|off, volume up|down, bitrate KBITS, echo on|off, noise on|off, "
        + "gain on|off, delivery mixed|forwarded|room, consent yes|no, record start|mix|stop, delay, help, quit."
    static let helpLines = [
        "space  talk, and again: stop talking (push-to-talk)", "m      mute or unmute your microphone",
        "d      deafen or undeafen yourself", "+ -    louder, softer",
        "y n    agree to being recorded, or not", "q      leave", "?      this help",
    ]
}
