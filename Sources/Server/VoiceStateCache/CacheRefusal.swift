/// What Redis refused of a batch, and which keys are in the way: pure.
struct CacheRefusal: Equatable {
    /// In Redis's words; with command and key where it is the key that is wrong.
    let complaint: String
    /// Keys under the server's name that hold something of another type, which nothing but their removal mends.
    let obstacles: Set<String>

    /// Nil if nothing was refused.
    init?(_ commands: [RedisCommand], _ replies: [RedisReply]) {
        var first: String?
        var obstacles: Set<String> = []
        for (command, reply) in zip(commands, replies) {
            guard let complaint = reply.complaint else { continue }
            guard complaint.hasPrefix(Self.wrongType), command.words.count > 1 else {
                first = first ?? complaint
                continue
            }
            let (verb, key) = (command.words[0], command.words[1])
            obstacles.insert(key)
            first = first ?? "\(complaint) (\(verb) \(key)); the key is removed"
        }
        guard let first else { return nil }
        complaint = first
        self.obstacles = obstacles
    }

    private static let wrongType = "WRONGTYPE"
}
