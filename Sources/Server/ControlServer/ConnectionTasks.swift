import ControlWire
import NIOCore
import Rooms

/// The tasks of one connection: one reads and serves, one writes, one watches the clock, one sees the connection out.
///
/// Whatever ends a connection closes its outbox; everything else follows from that.
struct ConnectionTasks: Sendable {
    let configuration: ControlServerConfiguration
    let services: MemberSession.Services
    let state: ConnectionState
    let id: ConnectionID

    private enum Ended { case reader, writer, watchdog, farewell }

    /// Returns when the connection is closed and its session has left every room.
    func run(_ channel: ControlServer.ConnectionChannel, onAuthenticated: @escaping @Sendable () -> Void) async {
        // What is thrown here is how the socket ended, which the outbox's close reason tells already.
        try? await channel.executeThenClose { inbound, outbound in
            await withTaskGroup(of: Ended.self) { group in
                group.addTask { await self.read(inbound, onAuthenticated: onAuthenticated) }
                group.addTask { await self.write(outbound) }
                group.addTask { await self.watch() }
                group.addTask { await self.awaitFarewell() }
                for await ended in group where ended == .writer || ended == .farewell { group.cancelAll() }
            }
        }
    }

    private func read(
        _ inbound: NIOAsyncChannelInboundStream<Arrival>, onAuthenticated: @escaping @Sendable () -> Void
    ) async -> Ended {
        var connection: ControlConnection?
        var session: MemberSession?
        do {
            for try await arrival in inbound {
                switch arrival {
                case .opened(let isEncrypted):
                    let peer = MemberSession.Peer(
                        connection: id, address: state.address.key, isEncrypted: isEncrypted)
                    let opened = MemberSession(services, peer: peer, outbox: state.outbox)
                    session = opened
                    connection = ControlConnection(
                        session: opened, state: state, counters: services.counters, onAuthenticated: onAuthenticated)
                case .bytes(let buffer):
                    await connection?.receive(buffer.readableBytesView)
                }
                if state.outbox.closeReason != nil { break }
            }
            state.outbox.close(.peerLeft)
        } catch {
            state.outbox.close(.connectionLost)
        }
        await session?.end(state.outbox.closeReason ?? .connectionLost)
        return .reader
    }

    private func write(_ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async -> Ended {
        do {
            while let batch = await state.outbox.nextBatch() { try await outbound.write(ByteBuffer(bytes: batch)) }
        } catch {
            state.outbox.close(.connectionLost)
        }
        return .writer
    }

    private func watch() async -> Ended {
        while state.outbox.closeReason == nil {
            let (action, next) = state.withGuard { $0.tick(now: .now) }
            switch action {
            case .none:
                break
            case .sendPing:
                state.outbox.post(EncodedLine(.ping))
            case .close(let reason):
                let isIdle = reason == .idle
                services.counters.count(isIdle ? .idleTimedOut : .authenticationTimedOut)
                let text = isIdle ? "Nothing came for too long" : "Log in within \(configuration.authenticationTimeout)"
                state.outbox.close(
                    reason,
                    lastWords: EncodedLine(.serverResponse(success: false, content: text, code: .timedOut)))
            }
            do { try await Task.sleep(until: next) } catch { break }
        }
        return .watchdog
    }

    /// After the end is decided, the peer has a moment to read what waits for it.
    private func awaitFarewell() async -> Ended {
        let reason = await state.outbox.closed()
        if reason != .slowReader, reason != .connectionLost { try? await Task.sleep(for: configuration.closingGrace) }
        return .farewell
    }
}
