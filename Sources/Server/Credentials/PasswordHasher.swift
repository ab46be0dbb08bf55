import CSodium

/// Makes and checks Argon2id password hashes, a bounded number at once, on threads of its own.
///
/// Any task may call it; callers suspend and never block. What does not fit the queue is refused at
/// once with ``PasswordHasherError/busy``, so that a flood of logins cannot pile up.
public final class PasswordHasher: Sendable {
    /// What one hash costs. Written into each hash, so it may change at any time.
    public struct Cost: Sendable, Equatable {
        public var memoryBytes: Int
        public var passes: Int

        public init(memoryBytes: Int, passes: Int) {
            self.memoryBytes = memoryBytes
            self.passes = passes
        }

        /// 64 MiB, 2 passes: libsodium's “interactive” limits.
        public static let interactive = Cost(memoryBytes: 67_108_864, passes: 2)
        /// 8 KiB, 1 pass: the least libsodium takes. For tests only.
        public static let least = Cost(memoryBytes: 8_192, passes: 1)
    }

    public struct Configuration: Sendable {
        public var cost: Cost
        /// Hashes computed at the same time, each on its own thread and with its own memory.
        public var hashesAtOnceMax: Int
        /// Hashes that may wait for their turn.
        public var waitingMax: Int

        public init(cost: Cost = .interactive, hashesAtOnceMax: Int = 2, waitingMax: Int = 64) {
            self.cost = cost
            self.hashesAtOnceMax = hashesAtOnceMax
            self.waitingMax = waitingMax
        }
    }

    private let cost: Cost
    private let threads: HashingThreads
    /// Checked when there is no account, so that the time to answer does not tell which names exist.
    private let decoy: String

    /// Computes one hash on the calling thread (for the decoy) and starts the threads.
    public init(_ configuration: Configuration = Configuration()) throws(PasswordHasherError) {
        guard sodium_init() >= 0 else { throw .unavailable }
        cost = configuration.cost
        decoy = try Self.hash(Password(bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max) }), cost)
        threads = HashingThreads(threadCount: configuration.hashesAtOnceMax, waitingMax: configuration.waitingMax)
        threads.start()
    }

    deinit { threads.stop() }

    /// A hash that carries its own salt and cost: 128 characters at most.
    public func hash(_ password: Password) async throws(PasswordHasherError) -> String {
        let cost = cost
        return try await run { () throws(PasswordHasherError) in try Self.hash(password, cost) }
    }

    /// Whether the password made the hash. Without a hash it takes as long and is false.
    public func verify(_ password: Password, against hash: String?) async throws(PasswordHasherError) -> Bool {
        let candidate = hash ?? decoy
        let matches = try await run { () throws(PasswordHasherError) in
            crypto_pwhash_str_verify(
                candidate, password.bytes.map { CChar(bitPattern: $0) }, UInt64(password.bytes.count)) == 0
        }
        return matches && hash != nil
    }

    public func counters() -> PasswordHasherCounters { threads.counters() }

    /// Refuses what waits and ends the threads; later calls fail with ``PasswordHasherError/stopped``.
    public func stop() { threads.stop() }

    private func run<Output: Sendable>(
        _ work: @escaping @Sendable () throws(PasswordHasherError) -> Output
    ) async throws(PasswordHasherError) -> Output {
        typealias Outcome = Result<Output, PasswordHasherError>
        let outcome: Outcome = await withCheckedContinuation { continuation in
            threads.submit(
                HashingThreads.Job(
                    run: { continuation.resume(returning: Outcome(catching: work)) },
                    refuse: { continuation.resume(returning: .failure($0)) }))
        }
        return try outcome.get()
    }

    private static func hash(_ password: Password, _ cost: Cost) throws(PasswordHasherError) -> String {
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let status = crypto_pwhash_str(
            &text, password.bytes.map { CChar(bitPattern: $0) }, UInt64(password.bytes.count), UInt64(cost.passes),
            cost.memoryBytes)
        guard status == 0 else { throw .outOfMemory }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Why no hash was computed.
public enum PasswordHasherError: Error, Equatable, Sendable {
    /// As many wait as may. Try again in a moment.
    case busy
    /// The memory of one hash could not be had.
    case outOfMemory
    /// libsodium could not be set up.
    case unavailable
    case stopped
}

/// Since the hasher was made.
public struct PasswordHasherCounters: Equatable, Sendable {
    public var finished: UInt64 = 0
    public var refusedBusy: UInt64 = 0
    /// Most hashes that ever ran at the same time.
    public var runningPeak: UInt64 = 0
}
