import ControlWire
import Identifiers
import RoomClient
import TalkInterface
import TerminalSupport
import VoiceClient
import VoiceWire

/// The seat in a room's voice. What happens in it is ``TalkModel``'s to decide; here is how it is taken and left.
extension Model {
    mutating func handle(voice event: Event) -> [Effect] {
        switch event {
        case .engine(let event): return tellVoice(.engine(event)) + settleSeat()
        case .statistics(let statistics): return tellVoice(.tick(statistics))
        case .voiceFailed(let failure):
            note(failure.description, isError: true)
            return leaveVoice()
        case .globalKey(let isDown):
            guard seat != nil, settings.mode == .pushToTalk else { return [] }
            pushToTalk.setGlobalKey(isDown: isDown, talkKeyRules, now: now)
            return obeyTalkKey()
        case .globalKeyUnavailable(let why):
            globalKeyProblem = TerminalText.line(why)
            note(why, isError: true)
            return []
        default: return []
        }
    }

    // MARK: Taking and leaving it

    /// Voice of the selected room, or out of the voice there is.
    mutating func toggleVoice() -> [Effect] {
        if seat != nil { return leaveVoice() }
        guard case .room(let room) = selected else {
            note("Voice is for rooms: choose one (Tab).", isError: true)
            return []
        }
        return joinVoice(in: room)
    }

    mutating func joinVoice(in room: RoomID) -> [Effect] {
        var effects: [Effect] = seat == nil ? [] : leaveVoice()
        guard let account else {
            note("There is no connection to the server yet.", isError: true)
            return effects
        }
        var talk = TalkModel(server: server, mode: settings.mode)
        talk.roster = rosters[room] ?? VoiceRoster()
        talk.isMuted = isMuted
        talk.isDeafened = isDeafened
        talk.volume = settings.volume
        talk.delivery = delivery
        talk.microphone = settings.microphone
        let name = state(of: .room(room))?.name ?? ""
        let summary = RoomSummary(id: room, name: name, description: "", isPasswordProtected: false)
        // What the model of the voice says of it is on the screen already.
        _ = talk.update(.session(.loggedIn(account.userID)), now: now)
        _ = talk.update(.session(.joined(summary)), now: now)
        seat = VoiceSeat(room: room, talk: talk)
        effects += askForVoice()
        return effects
    }

    mutating func leaveVoice() -> [Effect] {
        guard let room = seat?.room else { return [] }
        giveUpSeat()
        return [.voice(.disconnectVoice), .closeVoice] + (link == .up ? [.request(.leaveVoice(room))] : [])
    }

    /// The server tells the others, not who has left.
    mutating func giveUpSeat() {
        if let seat, let voice = seat.talk.ownVoice, let userID = account?.userID {
            _ = rosters[seat.room]?.hear(
                .voiceUserLeft(roomID: seat.room, userID: userID, voiceID: voice.rawValue, reason: .left))
        }
        seat = nil
        pushToTalk.reset()
    }

    mutating func askForVoice() -> [Effect] {
        guard let room = seat?.room else { return [] }
        seat?.state = .asking
        // Without a connection it is asked for when the room is joined again.
        return link == .up && book.present.contains(room) ? [.request(.voice(room))] : []
    }

    mutating func open(_ grant: VoiceGrant, _ host: String, _ tunnelPort: UInt16?, in room: RoomID) -> [Effect] {
        guard seat?.room == room else { return [.request(.leaveVoice(room))] }
        seat?.state = .granted
        seat?.grantedAt = now
        return tellVoice(.session(.voiceGranted(grant, host: host, tunnelPort: tunnelPort)))
    }

    mutating func failToSeat(in room: RoomID, _ error: RoomClientError) -> [Effect] {
        guard seat?.room == room, seat?.state == .asking else { return [] }
        // A lost connection comes back by itself, and asks then.
        if error.isOfConnection { return [] }
        guard error.isTransient else {
            complain(error)
            return leaveVoice()
        }
        return waitForVoice(error)
    }

    private mutating func waitForVoice(_ error: RoomClientError) -> [Effect] {
        let failures = seat?.failureCount ?? 0
        seat?.failureCount = failures + 1
        let until = now + voiceDelay(after: failures, retryAfter: error.retryAfter)
        seat?.state = .waiting(until: until)
        note("Asking for voice again: \(error.description)")
        return []
    }

    /// Doubles from half a second; of clients that lost the same server each waits another share of it.
    private func voiceDelay(after failures: Int, retryAfter: Duration?) -> Duration {
        let ceiling = min(ReconnectBackoff.delayFirst * (1 << min(failures, 5)), ReconnectBackoff.delayMax)
        let own = clientIDPrefix.utf8.reduce(0) { ($0 * 31 + Int($1)) % 1_000 }
        return max(ceiling * (0.5 + Double(own) / 2_000), retryAfter ?? .zero)
    }

    /// A session that has stood for long starts its failures anew.
    private mutating func settleSeat() -> [Effect] {
        if seat?.talk.isVoiceOpen == true { seat?.failureCount = 0 }
        return []
    }

    /// Another engine, with the settings that only a new one takes.
    mutating func restartVoice() -> [Effect] {
        guard let room = seat?.room else { return [] }
        seat?.talk.isVoiceOpen = false
        seat?.state = .asking
        pushToTalk.reset()
        let isUp = link == .up
        return [.voice(.disconnectVoice), .restartVoice]
            + (isUp ? [.request(.leaveVoice(room)), .request(.voice(room))] : [])
    }

    // MARK: The voice half

    /// Hands the input on, and obeys in what is not the engine's.
    mutating func tellVoice(_ input: TalkInput) -> [Effect] {
        guard seat != nil else { return [] }
        let time = now
        let effects = seat?.talk.update(input, now: time) ?? []
        return effects.flatMap { obey($0) }
    }

    private mutating func obey(_ effect: TalkEffect) -> [Effect] {
        switch effect {
        case .print(let line):
            note(line)
            return []
        case .send(let message): return [.send(message)]
        case .renewVoice(let error):
            let stood = seat?.grantedAt.map { now - $0 >= ReconnectBackoff.delayMax } ?? false
            return stood ? askForVoice() : waitForVoice(error)
        case .moveRoom(let room):
            giveUpSeat()
            book.wanted.insert(room)
            book.wantedVoice = room
            if book.present.contains(room) {
                book.wantedVoice = nil
                return [.closeVoice] + select(.room(room)) + joinVoice(in: room)
            }
            return [.closeVoice, .request(.join(room, password: nil))]
        case .quit(let failure):
            if let failure { note(failure.description, isError: true) }
            giveUpSeat()
            return [.closeVoice]
        case .connectVoice: return [.voice(effect)] + userVolumeEffects()
        default: return [.voice(effect)]
        }
    }

    /// What an announcement says of voice: for the lights of every room, and for the voice half in its own.
    mutating func hear(voice envelope: ControlEnvelope) -> [Effect] {
        let room: RoomID? =
            switch envelope.message {
            case .roomVoiceState(let room, _), .voiceUserJoined(let room, _), .voiceUserLeft(let room, _, _, _): room
            case .userVoiceUpdate(let update): update.roomID ?? seat?.room
            case .voiceReception(let reception): reception.roomID
            default: nil
            }
        guard let room else { return [] }
        var effects: [Effect] = []
        let wasMixed = hearsMix
        let change = rosters[room, default: VoiceRoster()].hear(envelope.message)
        guard seat?.room == room else { return [] }
        effects += tellVoice(.session(.announcement(envelope)))
        switch change {
        case .joined(let person) where person.userID != account?.userID:
            effects += [.alert(.voiceJoined)] + volumeEffect(of: person)
        case .left(let person, _) where person.userID != account?.userID: effects.append(.alert(.voiceLeft))
        case .replaced: effects += userVolumeEffects()
        default: if hearsMix, !wasMixed { effects += userVolumeEffects() }
        }
        return effects
    }

    // MARK: Muting

    /// Only the person's own word unmutes.
    mutating func mute(_ wish: Bool?) -> [Effect] {
        isMuted = wish ?? !isMuted
        guard seat != nil else {
            note(isMuted ? "You will join voice muted." : "You will not join voice muted.")
            return []
        }
        return tellVoice(.command(.mute(isMuted)))
    }

    /// Who does not hear is not heard either; hearing again does not unmute.
    mutating func deafen(_ wish: Bool?) -> [Effect] {
        isDeafened = wish ?? !isDeafened
        var effects = seat == nil ? [] : tellVoice(.command(.deafen(isDeafened)))
        if isDeafened, !isMuted { effects += mute(true) }
        if !isDeafened, isMuted { note("You hear again, and are still muted (\(settings.muteKey)).") }
        return effects
    }

    // MARK: The talk key

    /// Whether the talk key is held, not pressed once and once more: what the screen says is in force.
    package var isTalkKeyHeld: Bool { reportsReleases && settings.talkKeyStyle == .automatic }

    var talkKeyRules: PushToTalk.Rules {
        PushToTalk.Rules(
            isHeld: isTalkKeyHeld, releaseDelay: .milliseconds(settings.releaseDelayMilliseconds),
            autoRelease: settings.autoReleaseSeconds == 0 ? nil : .seconds(settings.autoReleaseSeconds))
    }

    /// Opens or shuts the microphone as the key says.
    mutating func obeyTalkKey() -> [Effect] {
        guard let talk = seat?.talk, talk.isKeyDown != pushToTalk.isOpen else { return [] }
        if pushToTalk.isOpen, isMuted { note("You are muted: nobody hears you (\(settings.muteKey) unmutes).") }
        return tellVoice(.command(.talk(pushToTalk.isOpen)))
    }
}
