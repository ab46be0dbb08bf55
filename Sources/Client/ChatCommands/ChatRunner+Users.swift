import ControlWire
import Identifiers
import Permissions
import RoomClient
public import TerminalSupport

extension ChatRunner {
    /// Accounts of the server, or the members of a room; a line each.
    public func listUsers(room: String?, namePrefix: String?, limit: Int?) async throws(CommandFailure) {
        let users = try await ask { (client) async throws(RoomClientError) in
            var query = UserQuery(namePrefix: namePrefix)
            if let room { query.roomID = try await NameFinder(client: client).room(room) }
            return try await Self.users(query, limit: limit, client)
        }
        try show(
            users, as: { .userPage(users: [$0], next: nil) }, list: "users",
            header: ["ID", "NAME", "ROLE", "ONLINE", "LAST SEEN"], empty: "there is nobody.",
            cells: {
                [
                    "\($0.id)", $0.username, $0.role.rawValue, $0.isOnline ? "yes" : "no",
                    message.time.text($0.lastSeenAt),
                ]
            })
    }

    private static func users(
        _ query: UserQuery, limit: Int?, _ client: RoomClient
    ) async throws(RoomClientError) -> [UserDetails] {
        var (query, users) = (query, [UserDetails]())
        let wanted = limit ?? Int.max
        for _ in 0..<NameFinder.pagesMax where users.count < wanted {
            query.limit = min(wanted - users.count, pageRowsMax)
            let page = try await client.users(query)
            users += page.users
            guard let next = page.next else { break }
            query.after = next
        }
        return users
    }

    private static let pageRowsMax = 200
}
