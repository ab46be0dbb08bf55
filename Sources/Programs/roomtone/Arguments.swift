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
struct PermissionList: ExpressibleByArgument {
    let permissions: [Permission]

    init?(argument: String) {
        let names = argument.split(separator: ",")
        permissions = names.compactMap { Permission(rawValue: String($0)) }
        guard permissions.count == names.count else { return nil }
    }

    static var names: String { Permission.allCases.map(\.rawValue).joined(separator: ", ") }
}

extension Role: ExpressibleByArgument {}
extension RoomKind: ExpressibleByArgument {}

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
