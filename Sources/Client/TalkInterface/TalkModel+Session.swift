import ControlWire
import Identifiers
import RoomClient
import TerminalSupport
import VoiceClient
import VoiceQuality
import VoiceWire

extension TalkModel {
    mutating func handle(_ event: RoomSession.Event, now: Duration) -> [TalkEffect] {
        switch event {
        case .connected(let trust):
            roster.removeAll()
            recording = nil
            return trust.map(introduce) ?? []
        case .loggedIn(let userID):
            self.userID = userID
            return []
        case .joined(let room):
            let isReturn = link != .connecting
            link = .up
            roomID = room.id
            roomName = TerminalText.name(room.name)
            return [.print("\(isReturn ? "Back in" : "In") “\(roomName)” on \(server).")]
        case .voiceGranted(let grant, let host, let tunnelPort): return connect(grant, host, tunnelPort)
        case .announcement(let envelope): return hear(envelope, now: now)
        case .lost(let error):
            link = .down(retryAt: nil)
            isVoiceOpen = false
            roster.removeAll()
            return [.disconnectVoice, .print("Reconnecting: \(TerminalText.line(error.description))")]
        case .retrying(let delay, let error):
            guard link != .up else {
                return [.print("Asking for voice again: \(TerminalText.line(error.description))")]
            }
            let isFirst = link == .down(retryAt: nil)
            link = .down(retryAt: now + delay)
            // The first attempt follows the loss, whose line is on the screen already.
            return isFirst ? [] : [.print("Still trying: \(TerminalText.line(error.description))")]
        }
    }

    private func introduce(_ trust: ServerTrust) -> [TalkEffect] {
        guard trust.acceptance == .firstUse else { return [] }
        return [
            .print("First contact with \(server). Its certificate: \(trust.fingerprint)"),
            .print(
                "Remembered in \(TerminalText.line(trust.knownServersPath ?? "")); compare it with what the server printed "
                    + "at its start."),
        ]
    }

    /// The server's own record of this session starts clean, so what differs from that is said again.
    private mutating func connect(_ grant: VoiceGrant, _ host: String, _ tunnelPort: UInt16?) -> [TalkEffect] {
        link = .up
        ownVoice = grant.voiceID.map(VoiceID.init(rawValue:))
        var effects: [TalkEffect] = [.connectVoice(grant, host: host, tunnelPort: tunnelPort)]
        effects += people.flatMap { priority(of: $0) }
        if isMuted { effects.append(.send(.setMuted(isMuted: true))) }
        if isDeafened { effects.append(.send(.setDeafened(isDeafened: true))) }
        if volume != 1 { effects.append(.send(.setVolume(volume: volume))) }
        if delivery != nil || mixBitsPerSecond != nil {
            effects.append(.send(.setDelivery(delivery, bitrate: mixBitsPerSecond)))
        }
        return effects
    }

    // MARK: Announcements

    private mutating func hear(_ envelope: ControlEnvelope, now: Duration) -> [TalkEffect] {
        switch envelope.message {
        case .roomVoiceState, .voiceUserJoined, .voiceUserLeft, .userVoiceUpdate:
            return roster.hear(envelope.message).map(tell) ?? []
        case .voiceReception(let reception): return note(reception, now: now)
        case .recordingState(let state): return hear(state)
        case .removedFromRoom(let removal): return obey(removal)
        case .roomDeleted(let room, let name, let by) where room == roomID:
            return [
                .disconnectVoice, .quit(CommandFailure(.notFound, "\(by) has deleted the room “\(name)”.")),
            ]
        case .roomMessage(_, _, let content, _) where envelope.senderID == .server:
            return [.print(TerminalText.line(content))]
        case .roomMessage(_, let sender, let content, _), .privateMessage(_, let sender, let content, _):
            let words = TerminalText.line(content, keepsJoiners: true)
            return [.print("<\(TerminalText.name(sender))> \(words)")]
        case .serverClosing(let milliseconds): return [.print(ServerClosing.text(milliseconds: milliseconds))]
        case .serverResponse(false, let content, _, _):
            return [.print("The server says: \(TerminalText.line(content))")]
        case .voiceError(_, let message): return [.print("The server says: \(TerminalText.line(message))")]
        default: return []
        }
    }

    private mutating func note(_ reception: VoiceReception, now: Duration) -> [TalkEffect] {
        guard reception.roomID == roomID else { return [] }
        let heard = HeardByOthers(lossShare: Double(reception.packetLoss), burstRatio: Double(reception.burstRatio))
        self.reception = Reception(
            heard: heard, rating: reception.rating.map { TransmissionRating(Double($0)) }, at: now)
        return [.noteReception(heard)]
    }

    /// What a moderator did to this person.
    private mutating func obey(_ removal: RoomRemoval) -> [TalkEffect] {
        guard removal.roomID == roomID else { return [.print(TerminalText.line(removal.explanation))] }
        guard removal.action == .moved, let destination = removal.toRoomID else {
            return [.disconnectVoice, .quit(CommandFailure(.permission, removal.explanation))]
        }
        isVoiceOpen = false
        removalExpectedUntil = nil
        roster.removeAll()
        recording = nil
        return [.disconnectVoice, .print(TerminalText.line(removal.explanation)), .moveRoom(destination)]
    }

    private func tell(_ change: VoiceRoster.Change) -> [TalkEffect] {
        switch change {
        case .replaced(let before):
            return before.flatMap { priority(of: $0, isGone: true) } + people.flatMap { priority(of: $0) }
        case .joined(let person):
            return isSelf(person) ? [] : priority(of: person) + [.print("\(person.name) joined voice.")]
        case .left(let person, let reason): return part(from: person, reason)
        case .updated(let before, let after): return tell(of: after, before)
        }
    }

    /// What the engine has to know of a priority speaker. It forgets all of them with a session; somebody's number goes to
    /// somebody else when they are gone.
    private func priority(of person: Person, isGone: Bool = false) -> [TalkEffect] {
        guard person.isPrioritySpeaker, !isSelf(person), let voice = person.voice else { return [] }
        return [.setPriority(!isGone, voice)]
    }

    private func part(from person: Person, _ reason: VoiceLeaveReason) -> [TalkEffect] {
        guard !isSelf(person) else { return [] }
        let text =
            switch reason {
            case .left: "left voice."
            case .timedOut: "left voice: nothing more came from there."
            case .disconnected: "left voice: the connection was lost."
            case .removed: "was removed from voice."
            case .kicked: "was put out of the room."
            case .moved: "was moved to another room."
            case .roomDeleted: "left voice: the room was deleted."
            }
        return priority(of: person, isGone: true) + [.print("\(person.name) \(text)")]
    }

    private func tell(of after: Person, _ before: Person) -> [TalkEffect] {
        var effects = restraints(from: before, to: after)
        guard !isSelf(after) else {
            if after.isMixed != before.isMixed {
                effects.append(.print("You hear \(after.isMixed ? "the room's mix" : "everybody by themselves")."))
            }
            return effects
        }
        if after.isPrioritySpeaker != before.isPrioritySpeaker, let voice = after.voice {
            effects.append(.setPriority(after.isPrioritySpeaker, voice))
        }
        if after.isMuted != before.isMuted {
            effects.append(.print("\(after.name) is \(after.isMuted ? "muted" : "no longer muted")."))
        }
        if after.isDeafened != before.isDeafened {
            effects.append(.print("\(after.name) is \(after.isDeafened ? "deafened" : "no longer deafened")."))
        }
        return effects
    }

    private func restraints(from before: Person, to after: Person) -> [TalkEffect] {
        let subject = isSelf(after) ? "You are" : "\(after.name) is"
        var lines: [String] = []
        if after.isServerMuted != before.isServerMuted {
            lines.append("\(subject) \(after.isServerMuted ? "muted" : "no longer muted") for all.")
        }
        if after.isServerDeafened != before.isServerDeafened {
            lines.append("\(subject) \(after.isServerDeafened ? "deafened" : "no longer deafened") by the server.")
        }
        if after.isPrioritySpeaker != before.isPrioritySpeaker {
            lines.append("\(subject) \(after.isPrioritySpeaker ? "a" : "no longer a") priority speaker.")
        }
        return lines.map { .print($0) }
    }
}
