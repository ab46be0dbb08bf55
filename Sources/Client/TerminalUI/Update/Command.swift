/// A word after `/` in the line: one table for what is done, completed and explained.
package struct Command: Equatable, Sendable {
    /// What its arguments begin with, for completion.
    package enum Argument: Equatable, Sendable {
        case room
        case person
        case choice([String])
        case text
    }

    package var name: String
    package var usage: String
    package var explanation: String
    package var argument: Argument?

    package static func named(_ name: String) -> Command? { all.first { $0.name == name } }

    package static let all = [
        Command(
            name: "join", usage: "ROOM [PASSWORD]", explanation: "go to a room, by name or number", argument: .room),
        Command(name: "leave", usage: "", explanation: "end the membership of this room"),
        Command(name: "create", usage: "NAME", explanation: "make a room", argument: .text),
        Command(name: "rooms", usage: "", explanation: "browse rooms (F2)"),
        Command(name: "topic", usage: "TEXT", explanation: "say what this room is about", argument: .text),
        Command(
            name: "invite", usage: "[CODE]", explanation: "make an invitation to this room, or use one", argument: .text
        ),
        Command(name: "msg", usage: "NAME [TEXT]", explanation: "write to somebody alone (F3)", argument: .person),
        Command(
            name: "search", usage: "WORDS", explanation: "find messages; Enter shows them in their place",
            argument: .text),
        Command(name: "edit", usage: "", explanation: "change your last message"),
        Command(name: "delete", usage: "", explanation: "delete your last message"),
        Command(name: "unread", usage: "", explanation: "go to the first new message (Alt-U)"),
        Command(name: "retry", usage: "", explanation: "send again what was refused (Alt-R)"),
        Command(name: "voice", usage: "", explanation: "join this room's voice, or leave voice"),
        Command(name: "mute", usage: "", explanation: "mute or unmute your microphone"),
        Command(name: "deafen", usage: "", explanation: "hear nothing, or hear again"),
        Command(
            name: "mode", usage: "push-to-talk|voice-activated|continuous", explanation: "when your voice is sent",
            argument: .choice(["push-to-talk", "voice-activated", "continuous"])),
        Command(
            name: "talk", usage: "on|off", explanation: "push-to-talk, for who has lines and no keys",
            argument: .choice(["on", "off"])),
        Command(
            name: "volume", usage: "[NAME] 0…200", explanation: "of everything, or of one person, in %",
            argument: .person),
        Command(name: "bitrate", usage: "16…128", explanation: "kbit/s of your voice", argument: .text),
        Command(
            name: "delivery", usage: "mixed|forwarded|room",
            explanation: "one mixed stream, everybody's own, or as set",
            argument: .choice(["mixed", "forwarded", "room"])),
        Command(
            name: "record", usage: "start|mix|stop", explanation: "record this room's voice: who agrees",
            argument: .choice(["start", "stop"])),
        Command(
            name: "consent", usage: "yes|no", explanation: "agree to being recorded, or not",
            argument: .choice(["yes", "no"])),
        Command(name: "kick", usage: "NAME [REASON]", explanation: "put somebody out of this room", argument: .person),
        Command(name: "ban", usage: "NAME [REASON]", explanation: "keep somebody out of this room", argument: .person),
        Command(name: "muteall", usage: "NAME", explanation: "mute somebody for all, or end it", argument: .person),
        Command(name: "who", usage: "", explanation: "who is here"),
        Command(name: "settings", usage: "", explanation: "settings (F4)"),
        Command(name: "help", usage: "", explanation: "keys and commands (F1)"),
        Command(name: "quit", usage: "", explanation: "leave Roomtone"),
    ]
}
