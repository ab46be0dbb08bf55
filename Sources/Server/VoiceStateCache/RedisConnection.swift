import CHiredis
import Glibc

/// A connection to Redis through libhiredis, for one thread. Every call blocks, for as long as its timeouts say.
final class RedisConnection {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A batch may take as many times the timeout of an answer: a Redis that trickles is no better than one that is away.
    static let batchTimeouts = 4

    private let context: UnsafeMutablePointer<redisContext>
    private let commandTimeout: Duration

    /// Looks up the name and connects. The look-up has the resolver's own timeouts.
    init(_ configuration: RedisCacheConfiguration) throws(Failure) {
        commandTimeout = configuration.commandTimeout
        let timeout = timeval(configuration.connectTimeout)
        let made =
            switch configuration.url.place {
            case .tcp(let host, let port): redisConnectWithTimeout(host, Int32(port), timeout)
            case .unix(let path): redisConnectUnixWithTimeout(path, timeout)
            }
        guard let made else { throw Failure(description: "out of memory") }
        guard made.pointee.err == 0 else {
            let cause = made.complaint
            redisFree(made)
            throw Failure(description: cause)
        }
        context = made
        guard redisSetTimeout(made, timeval(commandTimeout)) == REDIS_OK else {
            throw Failure(description: made.complaint)
        }
    }

    deinit { redisFree(context) }

    /// Sends all and returns a reply for each. After a failure the connection is good for nothing.
    func send(_ commands: [RedisCommand]) throws(Failure) -> [RedisReply] {
        for command in commands { try append(command) }
        let deadline = ContinuousClock.now + commandTimeout * Self.batchTimeouts
        var replies: [RedisReply] = []
        replies.reserveCapacity(commands.count)
        for _ in commands {
            guard ContinuousClock.now < deadline else {
                throw Failure(description: "answers come too slowly: \(replies.count) of \(commands.count) in time")
            }
            replies.append(try receive())
        }
        return replies
    }

    private func append(_ command: RedisCommand) throws(Failure) {
        let lengths = command.words.map(\.utf8.count)
        let status = withPointers(to: command.words[...], []) { pointers in
            var pointers: [UnsafePointer<CChar>?] = pointers
            return redisAppendCommandArgv(context, Int32(pointers.count), &pointers, lengths)
        }
        guard status == REDIS_OK else { throw Failure(description: context.complaint) }
    }

    /// Calls with pointers to all words at once.
    private func withPointers(
        to words: ArraySlice<String>, _ pointers: [UnsafePointer<CChar>?], _ body: ([UnsafePointer<CChar>?]) -> Int32
    ) -> Int32 {
        guard let word = words.first else { return body(pointers) }
        return word.withCString { withPointers(to: words.dropFirst(), pointers + [$0], body) }
    }

    private func receive() throws(Failure) -> RedisReply {
        var reply: UnsafeMutableRawPointer?
        guard redisGetReply(context, &reply) == REDIS_OK, let reply else {
            throw Failure(description: context.complaint)
        }
        defer { freeReplyObject(reply) }
        return RedisReply(reply.assumingMemoryBound(to: redisReply.self).pointee)
    }
}

extension UnsafeMutablePointer<redisContext> {
    /// What went wrong last, for a person.
    fileprivate var complaint: String {
        // Read before anything else touches it.
        let number = errno
        if pointee.err == REDIS_ERR_IO, number == EAGAIN || number == EWOULDBLOCK { return "no answer in time" }
        return withUnsafeBytes(of: &pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

extension RedisReply {
    fileprivate init(_ reply: redisReply) {
        switch reply.type {
        case REDIS_REPLY_STATUS: self = .status(reply.words)
        case REDIS_REPLY_ERROR: self = .error(reply.words)
        case REDIS_REPLY_INTEGER: self = .integer(reply.integer)
        case REDIS_REPLY_STRING: self = .text(reply.words)
        case REDIS_REPLY_ARRAY:
            let items = UnsafeBufferPointer(start: reply.element, count: reply.elements)
            self = .list(items.map { $0.map { RedisReply($0.pointee) } ?? .none })
        default: self = .none
        }
    }
}

extension redisReply {
    fileprivate var words: String {
        String(decoding: UnsafeRawBufferPointer(start: str, count: str == nil ? 0 : Int(len)), as: UTF8.self)
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
