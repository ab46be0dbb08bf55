/// A key or button of Linux's input devices, by the number and the name that the kernel has for it
/// (`linux/input-event-codes.h`).
public struct KeyCode: Hashable, Sendable, CustomStringConvertible {
    public let number: UInt16

    /// By name, whatever its case, with or without the kernel's `KEY_`: `f13`, `leftctrl`, `KEY_CAPSLOCK`, `btn_side`; nil
    /// when this client knows no such key.
    public init?(parsing name: String) {
        var name = name.lowercased()
        if name.hasPrefix("key_") { name.removeFirst("key_".count) }
        guard let number = Self.numbers[name] else { return nil }
        self.number = number
    }

    init(number: UInt16) { self.number = number }

    /// The name, as ``init(parsing:)`` takes it.
    public var description: String { Self.names[number] ?? "key \(number)" }

    /// All names, sorted.
    public static var allNames: [String] { numbers.keys.sorted() }

    private static let numbers = Dictionary(
        uniqueKeysWithValues: runs.flatMap { run in
            zip(run.names.split(separator: " "), run.first...).map { (String($0), $1) }
        })
    private static let names = Dictionary(uniqueKeysWithValues: numbers.map { ($1, $0) })

    /// Keys whose numbers follow one another, named for what an American keyboard has there.
    private static let runs: [(first: UInt16, names: String)] = [
        (
            1,
            "esc 1 2 3 4 5 6 7 8 9 0 minus equal backspace tab q w e r t y u i o p leftbrace rightbrace enter leftctrl"
        ),
        (30, "a s d f g h j k l semicolon apostrophe grave leftshift backslash z x c v b n m comma dot slash"),
        (54, "rightshift kpasterisk leftalt space capslock f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 numlock scrolllock"),
        (71, "kp7 kp8 kp9 kpminus kp4 kp5 kp6 kpplus kp1 kp2 kp3 kp0 kpdot"),
        (86, "102nd f11 f12"),
        (96, "kpenter rightctrl kpslash sysrq rightalt"),
        (102, "home up pageup left right end down pagedown insert delete"),
        (113, "mute volumedown volumeup"),
        (119, "pause"),
        (125, "leftmeta rightmeta compose"),
        (164, "playpause"),
        (183, "f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23 f24"),
        (248, "micmute"),
        (0x110, "btn_left btn_right btn_middle btn_side btn_extra btn_forward btn_back btn_task"),
    ]
}
