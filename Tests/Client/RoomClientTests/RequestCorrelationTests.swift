import ControlWire
import Identifiers
import RoomClient
import Synchronization
import Testing

struct RequestCorrelationTests {
    private func plain(_ change: (inout RoomClientOptions) -> Void = { _ in }) -> RoomClientOptions {
        var options = RoomClientOptions()
        options.isPlaintext = true
        change(&options)
        return options
    }

    @Test func `answers find their questions whatever their order`() async throws {
        let waiting = Mutex<[ControlEnvelope]>([])
        let server = try await LineServer.start(certificate: nil) { envelope in
            waiting.withLock { waiting in
                waiting.append(envelope)
                guard waiting.count == 3 else { return [] }
                return waiting.reversed().map { question in
                    guard case .leave(let room) = question.message else { return .close }
                    return question.answered(.roomNotFound(roomID: room))
                }
            }
        }
        let client = try await RoomClient.connect(to: server.address, options: plain())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...3 as ClosedRange<UInt64> {
                let room = RoomID(rawValue: number)
                group.addTask {
                    let answer = try await client.request(.leave(roomID: room))
                    #expect(answer == .roomNotFound(roomID: room))
                }
            }
            try await group.waitForAll()
        }
        await client.close()
        await server.stop()
    }

    @Test func `a question without an answer fails, and the late answer is counted`() async throws {
        let server = try await LineServer.start(certificate: nil) { _ in [] }
        let client = try await RoomClient.connect(
            to: server.address, options: plain { $0.requestTimeout = .milliseconds(20) })
        var heard = server.heard.makeAsyncIterator()
        await #expect { try await client.request(.listRooms) } throws: {
            ($0 as? RoomClientError)?.code == .requestTimedOut
        }
        #expect(await heard.next()?.message == .listRooms)
        var announcements = client.announcements.makeAsyncIterator()
        let marker = ControlMessage.userListUpdate(users: [])
        server.say([
            .send(ControlEnvelope(message: .roomList(rooms: []), requestID: 1)),
            .send(ControlEnvelope(message: marker)),
        ])
        #expect(await announcements.next()?.message == marker)
        #expect(await client.counters.answersUnmatched == 1)
        await client.close()
        await server.stop()
    }

    @Test func `the last question is asked and one more refused`() async throws {
        let server = try await LineServer.start(certificate: nil) { _ in [] }
        var heard = server.heard.makeAsyncIterator()
        let client = try await RoomClient.connect(to: server.address, options: plain { $0.requestsOutstandingMax = 2 })
        let questions = (0..<2).map { _ in Task { try await client.request(.listRooms) } }
        for _ in questions { #expect(await heard.next()?.message == .listRooms) }
        await #expect { try await client.request(.listRooms) } throws: {
            ($0 as? RoomClientError)?.code == .requestsOutstandingMax
        }
        #expect(await client.counters.messagesRefused == 1)
        await server.cut()
        for question in questions {
            await #expect { try await question.value } throws: { ($0 as? RoomClientError)?.code == .connectionLost }
        }
        await server.stop()
    }

    @Test func `a cancelled question makes room for another`() async throws {
        let server = try await LineServer.start(certificate: nil) { envelope in
            envelope.message == .requestUserList ? [envelope.answered(.userListUpdate(users: []))] : []
        }
        var heard = server.heard.makeAsyncIterator()
        let client = try await RoomClient.connect(to: server.address, options: plain { $0.requestsOutstandingMax = 1 })
        let question = Task { try await client.request(.listRooms) }
        #expect(await heard.next()?.message == .listRooms)
        question.cancel()
        await #expect { try await question.value } throws: { ($0 as? RoomClientError)?.code == .cancelled }
        #expect(try await client.request(.requestUserList) == .userListUpdate(users: []))
        await client.close()
        await server.stop()
    }

    @Test func `broken, unknown and endless lines are counted and the rest is understood`() async throws {
        let server = try await LineServer.start(certificate: nil) { envelope in
            [
                .raw(Array("{broken\n{\"message_type\":\"FromTheFuture\"}\n".utf8)),
                .raw([UInt8](repeating: 0x20, count: ControlLine.bytesMax + 1) + [UInt8(ascii: "\n")]),
                envelope.answered(.roomList(rooms: [])),
            ]
        }
        let client = try await RoomClient.connect(to: server.address, options: plain())
        #expect(try await client.request(.listRooms) == .roomList(rooms: []))
        #expect(await client.counters.linesRefused == 2)
        #expect(await client.counters.linesTooLong == 1)
        await client.close()
        await server.stop()
    }

    @Test func `the server's ping is answered`() async throws {
        let server = try await LineServer.start(certificate: nil) { envelope in
            envelope.message == .listRooms ? [.send(ControlEnvelope(message: .ping, requestID: 9))] : []
        }
        var heard = server.heard.makeAsyncIterator()
        let client = try await RoomClient.connect(to: server.address, options: plain())
        try await client.send(.listRooms)
        #expect(await heard.next()?.message == .listRooms)
        #expect(await heard.next() == ControlEnvelope(message: .pong, requestID: 9))
        await client.close()
        await server.stop()
    }

    @Test func `a server that does not answer a ping is dead`() async throws {
        let server = try await LineServer.start(certificate: nil) { _ in [] }
        var heard = server.heard.makeAsyncIterator()
        let client = try await RoomClient.connect(
            to: server.address,
            options: plain {
                $0.idleBeforePing = .milliseconds(10)
                $0.pingPatience = .milliseconds(10)
            })
        #expect(await heard.next()?.message == .ping)
        for await _ in client.announcements {}
        #expect(await client.closeReason?.code == .serverSilent)
        await server.stop()
    }

    @Test(arguments: [(4, RoomClientError.Code.closed), (5, .connectionLost)])
    func `as many announcements as allowed may wait, one more ends the connection`(
        count: Int, code: RoomClientError.Code
    ) async throws {
        let announcement = LineServer.Move.send(ControlEnvelope(message: .userListUpdate(users: [])))
        let server = try await LineServer.start(certificate: nil) { envelope in
            [LineServer.Move](repeating: announcement, count: count) + [envelope.answered(.roomList(rooms: []))]
        }
        let client = try await RoomClient.connect(to: server.address, options: plain { $0.announcementsMax = 4 })
        _ = try? await client.request(.listRooms)
        await client.close()
        #expect(await client.closeReason?.code == code)
        var received = 0
        for await _ in client.announcements { received += 1 }
        #expect(received == 4)
        await server.stop()
    }

    @Test func `everything said before closing arrives`() async throws {
        let server = try await LineServer.start(certificate: nil) { _ in [] }
        let client = try await RoomClient.connect(to: server.address, options: plain())
        for _ in 0..<50 { try await client.send(.requestUserList) }
        await client.close()
        var heard = server.heard.makeAsyncIterator()
        for _ in 0..<50 { #expect(await heard.next()?.message == .requestUserList) }
        await server.stop()
    }
}
