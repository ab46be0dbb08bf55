import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import X509

extension RoomClient {
    /// Connects, makes TLS and judges the certificate. Throws ``RoomClientError`` with one line that says what to do.
    ///
    /// Nothing secret has been sent when it throws.
    public static func connect(
        to server: ServerAddress, options: RoomClientOptions
    ) async throws(RoomClientError) -> RoomClient {
        try await connect(to: server, options: options, authorities: .systemTrustRoots)
    }

    static func connect(
        to server: ServerAddress, options: RoomClientOptions, authorities: CertificateStore
    ) async throws(RoomClientError) -> RoomClient {
        switch try await meet(server, options, authorities) {
        case .friend(let client): return client
        case .stranger(let trust):
            guard let confirms = options.confirmsFirstUse, await confirms(trust) else {
                throw RoomClientError(
                    .certificateRefused,
                    "the certificate of \(server) was not confirmed: \(trust.fingerprint). Nothing secret was sent and "
                        + "nothing remembered.")
            }
            var confirmed = options
            confirmed.confirmsFirstUse = nil
            confirmed.confirmedFingerprint = trust.fingerprint
            return try await connect(to: server, options: confirmed, authorities: authorities)
        }
    }

    private enum Meeting {
        case friend(RoomClient)
        /// Somebody has to say that the certificate is right. The connection is closed: no server waits for a person who
        /// has not logged in.
        case stranger(ServerTrust)
    }

    private static func meet(
        _ server: ServerAddress, _ options: RoomClientOptions, _ authorities: CertificateStore
    ) async throws(RoomClientError) -> Meeting {
        guard !options.isPlaintext || server.isLoopback else { throw plaintextRefused(server) }
        let check =
            options.isPlaintext ? nil : CertificateCheck(server: server, options: options, authorities: authorities)
        let (wire, handshake) = try await open(server, options, check)
        let meeting: Meeting
        do throws(RoomClientError) {
            try await finish(handshake, server, check)
            meeting = try await judge(wire, server, options, check)
        } catch {
            await close(wire)
            throw error
        }
        if case .stranger = meeting { await close(wire) }
        return meeting
    }

    private static func judge(
        _ wire: Wire, _ server: ServerAddress, _ options: RoomClientOptions, _ check: CertificateCheck?
    ) async throws(RoomClientError) -> Meeting {
        let remoteHost = wire.channel.remoteAddress.flatMap(numericHost) ?? server.host
        guard !options.isPlaintext || ServerAddress(host: remoteHost).isLoopback else {
            throw plaintextRefused(server)
        }
        if options.confirmsFirstUse != nil, let trust = try await check?.stranger() { return .stranger(trust) }
        let trust = try await check?.remember()
        let client = RoomClient(server: server, remoteHost: remoteHost, trust: trust, options: options)
        await client.start(wire)
        return .friend(client)
    }

    /// An asynchronous channel has to be executed once, if only to be closed.
    private static func close(_ wire: Wire) async {
        try? await wire.executeThenClose { _, _ in }
    }

    private static func open(
        _ server: ServerAddress, _ options: RoomClientOptions, _ check: CertificateCheck?
    ) async throws(RoomClientError) -> (Wire, EventLoopFuture<Void>) {
        let timeout = TimeAmount(options.connectTimeout)
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(timeout)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: server.host, port: Int(server.port)) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handshake = channel.eventLoop.makePromise(of: Void.self)
                        if let check {
                            try channel.pipeline.syncOperations.addHandlers([
                                try tlsHandler(server, check), TLSHandshakeObserver(handshake, timeout: timeout),
                            ])
                        } else {
                            handshake.succeed()
                        }
                        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(ControlLineDecoder()))
                        return (try Wire(wrappingChannelSynchronously: channel), handshake.futureResult)
                    }
                }
        } catch {
            throw unreachable(server, error)
        }
    }

    private static func tlsHandler(_ server: ServerAddress, _ check: CertificateCheck) throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // The callback judges the whole chain, host name included; a pinned certificate need not name the host at all.
        configuration.certificateVerification = .noHostnameVerification
        return try NIOSSLClientHandler(
            context: NIOSSLContext(configuration: configuration),
            serverHostname: server.isNumeric ? nil : server.host,
            customVerificationCallback: { chain, verdict in
                Task { verdict.succeed(await check.accepts(chain) ? .certificateVerified : .failed) }
            })
    }

    private static func finish(
        _ handshake: EventLoopFuture<Void>, _ server: ServerAddress, _ check: CertificateCheck?
    ) async throws(RoomClientError) {
        do {
            try await handshake.get()
        } catch {
            if let refusal = check?.refusal { throw refusal }
            if error is TLSHandshakeObserver.TimedOut {
                throw RoomClientError(
                    .handshakeTimedOut,
                    "\(server) accepts connections but does not answer in TLS: is it roomtoned that listens there?")
            }
            let what =
                isHangUp(error)
                ? "closed the connection at once: it is no roomtoned, or it has banned this address."
                : "does not speak TLS as roomtoned does: is it the right port?"
            throw RoomClientError(.handshakeFailed, "\(server) \(what)")
        }
    }

    /// Whether the other side went away during the handshake without a word.
    private static func isHangUp(_ error: any Error) -> Bool {
        if let error = error as? NIOSSLError {
            return error == .handshakeFailed(.sslError([.eofDuringHandshake])) || error == .uncleanShutdown
        }
        if let error = error as? ChannelError { return error == .eof || error == .alreadyClosed }
        // It closed with our hello unread.
        if let error = error as? IOError { return error.errnoCode == ECONNRESET || error.errnoCode == EPIPE }
        return false
    }

    /// With the scope of a link-local address, without which nothing else finds the same machine.
    static func numericHost(of address: SocketAddress) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let failure = address.withSockAddr { pointer, size in
            getnameinfo(pointer, socklen_t(size), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        }
        guard failure == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func plaintextRefused(_ server: ServerAddress) -> RoomClientError {
        RoomClientError(
            .plaintextNotAllowed,
            "without TLS everybody on the way to \(server) could read passwords: plaintext is for 127.0.0.1, ::1 and "
                + "localhost only.")
    }

    private static func unreachable(_ server: ServerAddress, _ error: any Error) -> RoomClientError {
        var cause = error
        if let failure = error as? NIOConnectionError {
            guard let last = failure.connectionErrors.last else {
                return RoomClientError(
                    .unreachable, "the name “\(server.host)” cannot be found: check its spelling and your network.")
            }
            cause = last.error
        }
        let reason =
            switch cause {
            case let error as IOError: String(cString: strerror(error.errnoCode))
            case ChannelError.connectTimeout: "no answer"
            default: "no connection"
            }
        return RoomClientError(
            .unreachable, "cannot reach \(server) (\(reason)): is roomtoned running there, and is the port open?")
    }
}
