import ChatStore
import ControlWire
import Identifiers
import MessageSearch

extension MemberSession {
    /// `SearchResults` from the rooms that the account belongs to and may read, and from what was written to it.
    func search(_ request: SearchRequest, _ member: Member, _ requestID: UInt64?) async throws(RoomRefusal) {
        let limit = request.limit ?? TextLimits.resultsDefault
        guard (1...TextLimits.resultsMax).contains(limit) else {
            throw RoomRefusal(.invalidValue, .valueRefused, "limit must be 1…\(TextLimits.resultsMax)")
        }
        let order = request.order ?? .newest
        guard order == .newest || request.before == nil else {
            throw RoomRefusal(.invalidValue, .valueRefused, "before goes with the order newest only")
        }
        guard let search = services.text.search else {
            throw RoomRefusal(.internalError, .searchRefused, "This server does not search")
        }
        try services.text.takeSearch(of: member.user)
        let rooms = try await readableRooms(member)
        let answer: SearchAnswer
        do {
            answer = try await search.search(
                request.query, by: member.user, rooms: rooms, order: order == .newest ? .newest : .rank,
                before: request.before, limit: limit)
        } catch {
            throw RoomRefusal(error)
        }
        let hits = try await hits(answer.hits, member)
        let (line, count) = EncodedLine.fitting(hits, answering: requestID) { shown in
            .searchResults(SearchPage(results: shown, hasMore: answer.hasMore || shown.count < hits.count))
        }
        if count < hits.count { services.counters.count(.listCut) }
        outbox.post(line)
    }

    /// Asking every room takes more of the server's time than the search; who searches again and again is told of a
    /// room that another device joined ``SearchableRooms/lifetime`` later.
    private func readableRooms(_ member: Member) async throws(RoomRefusal) -> [ReadableRoom] {
        if let known = searchableRooms, ContinuousClock.now < known.until { return known.rooms }
        do {
            let rooms = try await services.directory.readableRooms(of: member).map {
                ReadableRoom(id: $0.id, name: $0.name)
            }
            searchableRooms = SearchableRooms(rooms: rooms, until: .now + SearchableRooms.lifetime)
            return rooms
        } catch {
            throw .store(error)
        }
    }

    /// As the asker sees them: private conversations are named after the other one. A search may have waited its turn:
    /// rooms are asked again whether the asker may read them.
    private func hits(_ found: [FoundMessage], _ member: Member) async throws(RoomRefusal) -> [SearchHit] {
        var hits: [SearchHit] = []
        var isReadable: [RoomID: Bool] = [:]
        for hit in found {
            let conversation: Conversation
            if let room = hit.message.conversation.room {
                if isReadable[room] == nil {
                    isReadable[room] = await services.directory.room(room)?.mayRead(member) ?? false
                }
                guard isReadable[room] == true else { continue }
                conversation = .room(room)
            } else {
                let other = try await services.text.privateMessages.correspondent(
                    of: member.user, in: hit.message.conversation)
                guard let other else { continue }
                conversation = .direct(other.user)
            }
            hits.append(
                SearchHit(
                    message: ChatMessage(hit.message, in: conversation), snippet: hit.snippet,
                    marks: hit.marks.map { SearchHit.Mark(start: $0.start, length: $0.length) }))
        }
        return hits
    }
}

/// The rooms that a connection's account may search. What is found in one that it may no longer read is left out.
struct SearchableRooms {
    static let lifetime = Duration.seconds(1)
    let rooms: [ReadableRoom]
    let until: ContinuousClock.Instant
}

extension RoomRefusal {
    fileprivate init(_ error: SearchError) {
        let retryAfter = error.retryAfterMilliseconds.map { Duration.milliseconds($0) }
        self =
            switch error.code {
            case .badQuery: RoomRefusal(.invalidValue, .searchRefused, error.description)
            case .notFound: RoomRefusal(.notFound, .searchRefused, error.description)
            case .timedOut: RoomRefusal(.searchTimedOut, .searchTimedOut, error.description, retryAfter: retryAfter)
            case .busy: RoomRefusal(.rateLimited, .searchRefused, error.description, retryAfter: retryAfter)
            case .unavailable: RoomRefusal(.internalError, .searchRefused, error.description, retryAfter: retryAfter)
            }
    }
}
