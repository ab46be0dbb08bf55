/// How the users of a shape fit into the sockets that this process may have. Pure.
///
/// Each of Roomtone's users has a control connection, for a connection has one voice session, and everybody has a voice socket. If
/// there are not enough of them, Roomtone's ways of working take part one after the other, each beside the yardstick; then users
/// of different rooms share voice sockets; and only if even that does not do, there are fewer rooms.
struct SocketPlan: Equatable {
    let shape: RelayShape
    /// Who takes turns with whom.
    let passes: [[RelayContender]]
    /// How many users, each of another room, have a socket together.
    let usersPerSocket: Int

    /// More of them would make the listeners' end of the kernel another one.
    static let usersPerSocketMax = 4

    /// - Parameter descriptorsMax: what there is for connections and sockets.
    init(_ wanted: RelayShape, contenders: [RelayContender], descriptorsMax: Int) {
        let separated = Self.separated(contenders)
        for usersPerSocket in 1...min(wanted.rooms, Self.usersPerSocketMax) {
            for passes in [[contenders], separated]
            where Self.descriptorCount(wanted, passes, usersPerSocket) <= descriptorsMax {
                self.init(shape: wanted, passes: passes, usersPerSocket: usersPerSocket)
                return
            }
        }
        var fewer = wanted
        while fewer.rooms > 1, Self.descriptorCount(fewer, separated, Self.usersPerSocketMax) > descriptorsMax {
            fewer.rooms -= 1
        }
        self.init(shape: fewer, passes: separated, usersPerSocket: min(fewer.rooms, Self.usersPerSocketMax))
    }

    private init(shape: RelayShape, passes: [[RelayContender]], usersPerSocket: Int) {
        self.shape = shape
        self.passes = passes
        self.usersPerSocket = usersPerSocket
    }

    /// What a pass takes at most: the connections of each of its servers, and voice sockets for those and a yardstick.
    private static func descriptorCount(
        _ shape: RelayShape, _ passes: [[RelayContender]], _ usersPerSocket: Int
    ) -> Int {
        let socketCount = (shape.rooms + usersPerSocket - 1) / usersPerSocket * shape.people
        return passes.map { pass in
            let servedCount = pass.count { !$0.isFloor }
            return servedCount * (shape.userCount + socketCount) + (servedCount < pass.count ? socketCount : 0)
        }.max() ?? 0
    }

    /// A pass for each of Roomtone's ways of working, with the yardstick of its kind, and the one that ratios are to.
    private static func separated(_ contenders: [RelayContender]) -> [[RelayContender]] {
        let served = contenders.filter { !$0.isFloor }
        guard served.count > 1 else { return [contenders] }
        return served.map { own in
            contenders.filter { contender in
                contender == own || contender == .floor
                    || contender == .floorBundled && own == .roomtoneBundled
            }
        }
    }
}
