import ControlWire
import Identifiers
import KeyInput

/// What lies over the main screen and takes the keys. Esc closes all but the first.
package enum Overlay: Equatable, Sendable {
    /// First start: before there is a server there is no main screen.
    case setup(SetupForm)
    /// A server's certificate is met for the first time.
    case fingerprint(FingerprintQuestion)
    /// Scrolled by so many lines.
    case help(scroll: Int)
    case rooms(RoomBrowser)
    case people(PeopleBrowser)
    case settings(SettingsForm)
    case search(SearchPanel)
    case member(MemberMenu)
    case prompt(Prompt)
}

/// One line of a form.
package struct FormField: Equatable, Sendable {
    package var label: String
    package var line: InputLine
    package var isSecret: Bool

    package init(_ label: String, text: String = "", isSecret: Bool = false) {
        self.label = label
        line = InputLine(text)
        self.isSecret = isSecret
    }
}

package struct SetupForm: Equatable, Sendable {
    /// Server, name, password.
    package var fields: [FormField]
    /// The field that has the cursor; after the fields, the choice ``registers``.
    package var focus = 0
    /// Make the account; else it exists.
    package var registers = false
    package var isBusy = false
    package var error: String?

    package init(server: String, user: String) {
        fields = [
            FormField("Server", text: server), FormField("Name", text: user), FormField("Password", isSecret: true),
        ]
        focus = server.isEmpty ? 0 : user.isEmpty ? 1 : 2
    }

    package var server: String { fields[0].line.text }
    package var user: String { fields[1].line.text }
    package var password: String { fields[2].line.text }
}

package struct FingerprintQuestion: Equatable, Sendable {
    package var server: String
    package var fingerprint: String
    /// The form to return to.
    package var form: SetupForm?

    package init(server: String, fingerprint: String, form: SetupForm?) {
        self.server = server
        self.fingerprint = fingerprint
        self.form = form
    }
}

/// F2.
package struct RoomBrowser: Equatable, Sendable {
    package enum Mode: Equatable, Sendable {
        case browsing
        /// The room's password is asked for.
        case password(RoomID, FormField)
        /// Name, description, password.
        case creating([FormField], focus: Int)
    }

    /// Every room that the server shows; nil: still being asked for.
    package var rooms: [RoomDetails]?
    package var selection = 0
    /// Only rooms whose name holds this.
    package var filter = InputLine()
    package var mode = Mode.browsing
    package var error: String?

    package init() {}

    package var shown: [RoomDetails] {
        let wanted = filter.text.lowercased()
        guard let rooms, !wanted.isEmpty else { return rooms ?? [] }
        return rooms.filter { $0.name.lowercased().contains(wanted) }
    }
}

/// F3: everybody, to write to.
package struct PeopleBrowser: Equatable, Sendable {
    package struct Row: Equatable, Sendable {
        package var userID: UserID
        package var name: String
        package var isOnline: Bool
        package var unreadCount: Int
    }

    /// Nil: still being asked for.
    package var rows: [Row]?
    package var selection = 0
    package var filter = InputLine()
    package var error: String?

    package init() {}

    package var shown: [Row] {
        let wanted = filter.text.lowercased()
        guard let rows, !wanted.isEmpty else { return rows ?? [] }
        return rows.filter { $0.name.lowercased().contains(wanted) }
    }
}

/// `/search`.
package struct SearchPanel: Equatable, Sendable {
    package var query: String
    package var hits: [SearchHit] = []
    package var hasMore = false
    package var selection = 0
    package var isBusy = true
    package var error: String?

    package init(query: String) { self.query = query }
}

/// What can be done about a member: only what is permitted.
package struct MemberMenu: Equatable, Sendable {
    package enum Item: Equatable, Sendable {
        case write
        /// In steps of a tenth, by left and right.
        case volume(Float)
        case muteForAll(Bool)
        case deafenForAll(Bool)
        case kick
        case ban
    }

    package var userID: UserID
    package var name: String
    package var room: RoomID?
    package var items: [Item]
    package var selection = 0

    package init(userID: UserID, name: String, room: RoomID?, items: [Item]) {
        self.userID = userID
        self.name = name
        self.room = room
        self.items = items
    }
}

/// A question with lines to fill in, or only to be confirmed.
package struct Prompt: Equatable, Sendable {
    package enum Purpose: Equatable, Sendable {
        case kick(RoomID, UserID)
        case ban(RoomID, UserID)
        case delete(Conversation, MessageID)
        case leave(RoomID)
        case quit
    }

    package var purpose: Purpose
    package var title: String
    package var fields: [FormField]
    package var focus = 0
    package var error: String?

    package init(_ purpose: Purpose, title: String, fields: [FormField] = []) {
        self.purpose = purpose
        self.title = title
        self.fields = fields
    }
}

/// F4.
package struct SettingsForm: Equatable, Sendable {
    /// Names of devices with what they are; nil: still being asked for.
    package struct Device: Equatable, Sendable {
        package var name: String
        package var description: String

        package init(name: String, description: String) {
            self.name = name
            self.description = description
        }
    }

    package enum MicrophoneTest: Equatable, Sendable {
        case recording(until: Duration)
        case playing
        case failed(String)
    }

    package var inputs: [Device]?
    package var outputs: [Device]?
    /// Index into ``SettingItem/allCases``.
    package var selection = 0
    /// The next key becomes this setting's.
    package var isCapturingKey = false
    /// A text or number is being typed.
    package var editing: InputLine?
    package var test: MicrophoneTest?
    package var error: String?

    package init() {}
}
