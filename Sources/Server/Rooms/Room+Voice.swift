import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions
import Recordings
import VoiceRelay
import VoiceSealing
import VoiceWire

extension Room {
    /// Opens a voice session for a member: leases, publishes the routes, answers with what the client
    /// needs, shows it who is there, and tells the others.
    func connectVoice(
        _ connection: ConnectionID, settings: VoiceSettings, cipher: VoiceCipher?, bundleBytesMax: Int,
        controlHost: String?, answering requestID: UInt64?
    ) throws(RoomRefusal) {
        guard let member = members[connection] else { throw .notAMember }
        guard voiceTable[connection] == nil else { throw .alreadyInVoice }
        guard !access.permissions(of: member).isDisjoint(with: [PermissionSet(.speak), PermissionSet(.listen)]) else {
            throw .notPermitted("You may neither speak nor listen in this room")
        }
        guard voiceTable.count < limits.voiceMembersPerRoomMax else {
            throw .voiceRoomFull(max: limits.voiceMembersPerRoomMax)
        }
        let grant = try openSession(cipher, bundleBytesMax: bundleBytesMax, controlHost: controlHost)
        let standing = access.voiceStanding(of: member.user, role: member.role, at: Date())
        var entry = VoiceTable.Entry(voice: grant.voice, member: member, settings: settings, standing: standing)
        entry.mix = mix(for: settings)
        entry.figures = VoiceSessionFigures(
            cipher: cipher?.rawValue, bytesAtStart: voice.relay.receivedBytes(of: grant.voice))
        voiceTable.insert(entry)
        noteVoiceState(of: entry)
        noteVoiceSettings()
        scheduleRestraintEnd(after: Date())
        // Before anybody can send: no notice of this session may miss its room.
        voice.remember(grant.voice, in: self)
        stays[grant.voice] = VoiceStayFigures(joinedAt: Date())
        publishRoutes()
        let answer = ControlMessage.voiceConnectionEstablished(voice.grant(grant, in: id))
        member.outbox.post(EncodedLine(answer, answering: requestID))
        showVoice(to: member)
        let arrival = EncodedLine(.voiceUserJoined(roomID: id, user: entry.state))
        for (other, member) in members where other != connection { member.outbox.post(arrival) }
        askForConsent(entry)
    }

    /// Ends a member's voice session; the room, the member included, hears of it once.
    func disconnectVoice(_ connection: ConnectionID, answering requestID: UInt64?) throws(RoomRefusal) {
        guard voiceTable[connection] != nil else { throw .notInVoice }
        endVoice(of: connection, .left, answering: requestID)
    }

    func hasVoice(_ connection: ConnectionID) -> Bool { voiceTable[connection] != nil }

    /// Applies what a member set for itself and tells the room what changed for others.
    /// - Returns: the member's state for the answer; nil if it is not in voice.
    func applyVoice(_ settings: VoiceSettings, to connection: ConnectionID) -> VoiceUserUpdate? {
        guard let (before, after) = voiceTable.apply(settings, to: connection) else { return nil }
        let (visible, isDeliveryChanged) = voiceTable.applyMixes(mix(for:))
        let update = (visible.first ?? after).update(in: id)
        noteVoiceState(of: after)
        let isRouteChanged =
            before.settings.isMuted != after.settings.isMuted || before.settings.isDeafened != after.settings.isDeafened
        if isRouteChanged || isDeliveryChanged { publishRoutes() }
        guard isRouteChanged || !visible.isEmpty else { return update }
        let line = EncodedLine(.userVoiceUpdate(update))
        for (other, member) in members where other != connection { member.outbox.post(line) }
        return update
    }

    /// Takes into force what holds for everybody's voice now: the relay first, then what people see.
    func refreshVoice(at now: Date = Date()) {
        let changed = voiceTable.applyStandings { access.voiceStanding(of: $0.user, role: $0.role, at: now) }
        if !changed.isEmpty {
            publishRoutes()
            for entry in changed {
                noteVoiceState(of: entry)
                broadcast(.userVoiceUpdate(entry.update(in: id)))
            }
        }
        scheduleRestraintEnd(after: now)
    }

    /// Hands the relay who may speak and hear, and how many are heard at once; from the next packet on.
    func publishRoutes() {
        guard let voiceRoom else { return }
        // First, so that the mixer knows the room of the first frame that the relay copies for it.
        publishMixes(for: voiceRoom)
        var routes = voiceTable.routes
        if let recording {
            for index in routes.indices { routes[index].isRecorded = recording.consent.isInForce(routes[index].voice) }
        }
        voice.relay.publish(
            routes, for: voiceRoom, loudestTalkersMax: access.record.loudestTalkers ?? voice.loudestTalkersMax)
    }

    /// Restraints end by themselves also for those who stay in voice.
    private func scheduleRestraintEnd(after now: Date) {
        restraintEnd?.cancel()
        restraintEnd = nil
        guard voiceTable.count > 0, let end = access.nextRestraintEnd(after: now) else { return }
        restraintEnd = Task { [weak self] in
            try? await Task.sleep(for: .seconds(end.timeIntervalSince(now)))
            guard !Task.isCancelled else { return }
            // The two clocks may differ by a moment.
            await self?.refreshVoice(at: max(end, Date()))
        }
    }

    /// Takes up what the relay noticed about one of this room's sessions. Late notices change nothing.
    func relayNoticed(_ event: VoiceRelayEvent) {
        switch event {
        case .established:
            // The room announced the session when it was granted: listeners need the name before the voice.
            break
        case .speaking(let voice, let isSpeaking):
            guard let entry = voiceTable.setSpeaking(isSpeaking, voice) else { return }
            noteVoiceState(of: entry)
            broadcast(.userVoiceUpdate(entry.update(in: id)))
        case .ended(let voice, let end):
            endVoice(voice, end == .goodbye ? .left : .timedOut)
        }
    }

    /// Takes a listener's word on how talkers reach it, and tells those talkers whose turn it is.
    ///
    /// Talkers who have left since are passed over; so is all of it when the listener has.
    func noteReception(_ receptions: [TalkerReception], from connection: ConnectionID, at now: ContinuousClock.Instant)
    {
        guard let listener = voiceTable[connection] else { return }
        for reception in receptions {
            guard let talker = voiceTable[VoiceID(rawValue: reception.voiceID)], talker.voice != listener.voice else {
                continue
            }
            stays[talker.voice]?.add(reception)
            guard let news = self.reception.note(reception, from: listener.voice, in: id, at: now)
            else { continue }
            noteVoiceQuality(of: talker.voice, news)
            talker.member.outbox.post(EncodedLine(.voiceReception(news)))
        }
    }

    /// Ends whatever voice session the connection has here.
    func endVoice(of connection: ConnectionID, _ departure: Departure, answering requestID: UInt64? = nil) {
        guard let entry = voiceTable[connection] else { return }
        endVoice(entry.voice, departure, answering: requestID)
    }

    /// `RoomVoiceState`, and where it outgrows a line, the rest as arrivals.
    func showVoice(to member: Member) {
        let states = voiceTable.states
        let (line, shownCount) = EncodedLine.fitting(states) { .roomVoiceState(roomID: id, users: $0) }
        member.outbox.post(line)
        for state in states.dropFirst(shownCount) {
            member.outbox.post(EncodedLine(.voiceUserJoined(roomID: id, user: state)))
        }
    }

    private func openSession(
        _ cipher: VoiceCipher?, bundleBytesMax: Int, controlHost: String?
    ) throws(RoomRefusal) -> VoiceSessionGrant {
        do throws(VoiceRelayError) {
            let room: VoiceRoomID
            if let voiceRoom { room = voiceRoom } else { room = try leaseVoiceRoom() }
            var request = VoiceSessionRequest(room: room, cipher: cipher)
            request.bundleBytesMax = bundleBytesMax
            request.controlHost = controlHost
            return try voice.relay.openSession(request)
        } catch {
            releaseRoomIfEmpty(having: sentTraffic)
            throw RoomRefusal(error)
        }
    }

    private func leaseVoiceRoom() throws(VoiceRelayError) -> VoiceRoomID {
        let leased = try voice.relay.leaseRoom()
        voiceRoom = leased
        sentBeforeLease = voice.relay.sent(to: leased)
        return leased
    }

    private func endVoice(_ ended: VoiceID, _ departure: Departure, answering requestID: UInt64? = nil) {
        guard voiceTable[ended] != nil else { return }
        endConsent(of: ended, departure)
        guard let entry = voiceTable.remove(ended) else { return }
        voice.forget(ended)
        noteVoiceEnd(of: ended)
        endedVoiceBytes += receivedBytes(of: entry)
        reception.remove(ended)
        writeDown(entry, departure)
        publishRoutes()
        // Before the goodbye, which the relay may send when the lease is over.
        let sent = sentTraffic
        voice.relay.closeSession(ended, reason: departure.goodbye)
        releaseRoomIfEmpty(having: sent)
        broadcast(
            .voiceUserLeft(
                roomID: id, userID: entry.member.user, voiceID: ended.rawValue, reason: departure.reason),
            answering: requestID, of: entry.member)
    }

    /// - Parameter sent: by the relay until the last session was closed.
    private func releaseRoomIfEmpty(having sent: VoiceTraffic) {
        guard voiceTable.count == 0, let empty = voiceRoom else { return }
        endRecording(.empty)
        sentInEndedLeases = sent
        voiceRoom = nil
        publishMixes(for: empty)
        voice.relay.releaseRoom(empty)
        restraintEnd?.cancel()
        restraintEnd = nil
    }
}
