import Foundation

/// A program that runs beside the test. Waiting is waitpid(2) on the calling thread, with no run loop in between.
public final class ChildProcess: @unchecked Sendable {
    // Unchecked: the status is guarded by the lock; the rest never changes.
    public let identifier: pid_t
    private let lock = NSLock()
    private var status: Int32?

    /// Starts `program` (a path) with this process's environment and `environment` on top. Its standard input is empty; what it
    /// writes goes to the pipes given, or nowhere.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String],
        output: BytePipe? = nil,
        errors: BytePipe? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (target, pipe) in [(Int32(1), output), (2, errors)] {
            if let pipe {
                posix_spawn_file_actions_adddup2(&actions, pipe.writeDescriptor, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_WRONLY, 0)
            }
        }
        // Threads of the executors block signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let words = ([program] + arguments).map { strdup($0) } + [nil]
        let assignments = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + assignments { free(text) } }
        var spawned: pid_t = 0
        let failure = posix_spawn(&spawned, program, &actions, &attributes, words, assignments)
        guard failure == 0 else {
            throw TestSignal.Failure(
                description: "\(program) did not start: \(String(cString: strerror(failure)))")
        }
        identifier = spawned
        output?.closeWriter()
        errors?.closeWriter()
    }

    /// Its exit status, once it has ended; 128 + the signal's number when a signal ended it. Blocks.
    @discardableResult
    public func wait() -> Int32 {
        lock.withLock {
            if let status { return status }
            var raw: Int32 = 0
            while waitpid(identifier, &raw, 0) < 0, errno == EINTR {}
            let ended = raw & 0x7F == 0 ? raw >> 8 & 0xFF : 128 + raw & 0x7F
            status = ended
            return ended
        }
    }

    /// Sends `signal` and waits until it has ended. Does nothing when it has.
    public func end(_ signal: Int32) {
        if lock.withLock({ status == nil }) { kill(identifier, signal) }
        wait()
    }
}

/// Bytes from a child. The reader's end is this process's.
public final class BytePipe {
    let writeDescriptor: Int32
    private let readDescriptor: Int32
    private var isWriterOpen = true

    public init() throws {
        var ends: [Int32] = [-1, -1]
        // A socket pair, because it closes on exec from the start: a copy in another child would keep it from ending.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw TestSignal.Failure(description: "no pipe: errno \(errno)")
        }
        (readDescriptor, writeDescriptor) = (ends[0], ends[1])
    }

    deinit {
        close(readDescriptor)
        closeWriter()
    }

    /// What has come, at least one byte; empty at the end. Blocks.
    public func read() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var count = Foundation.read(readDescriptor, &bytes, bytes.count)
        while count < 0, errno == EINTR { count = Foundation.read(readDescriptor, &bytes, bytes.count) }
        return Array(bytes[0..<max(0, count)])
    }

    /// Everything up to the end. Blocks.
    public func readToEnd() -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let piece = read()
            guard !piece.isEmpty else { return all }
            all += piece
        }
    }

    /// Called once the child has its copy, so that the end is seen when the child ends.
    func closeWriter() {
        if isWriterOpen { close(writeDescriptor) }
        isWriterOpen = false
    }
}
