import ArgumentParser
import ChatCommands
import ControlWire
import Identifiers
import Permissions

/// A message's number, with or without the `#` that stands before it where messages are shown.
struct MessageNumber: ExpressibleByArgument {
    let id: MessageID

    init?(argument: String) {
        let digits = argument.hasPrefix("#") ? argument.dropFirst() : argument[...]
        guard let number = UInt64(digits), number > 0, !digits.hasPrefix("+") else { return nil }
        id = MessageID(rawValue: number)
    }
}

/// Rights with commas between them.
struct PermissionList {
    let permissions: [Permission]

    /// Of an option's value.
    static func read(_ argument: String) throws -> PermissionList {
        let permissions = try argument.split(separator: ",").map { name in
            guard let permission = Permission(rawValue: String(name)) else {
                throw ValidationError("there is no right “\(name)”; there are \(names).")
            }
            return permission
        }
        return PermissionList(permissions: permissions)
    }

    static var names: String { Permission.allCases.map(\.rawValue).joined(separator: ", ") }
}

extension Role: ExpressibleByArgument {}
extension RoomKind: ExpressibleByArgument {}
extension VoiceDelivery: ExpressibleByArgument {}

/// Which conversation: a room's or a private one.
struct PlaceArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The room.", valueName: "name|id"))
    var room: String?

    @Option(help: ArgumentHelp("The other one of a private conversation.", valueName: "name|id"))
    var with: String?

    func validate() throws {
        guard (room == nil) != (with == nil) else {
            throw ValidationError("Give either --room or --with.")
        }
    }

    var place: Place { room.map { .room($0) } ?? .user(with ?? "") }
}
