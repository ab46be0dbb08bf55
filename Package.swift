// swift-tools-version: 6.2
import PackageDescription

// Every target is Swift 6 with the same upcoming features; modules that a voice packet crosses are
// checked for memory safety as well (see Documentation/Decisions/0001-house.md).
//
// Warnings are errors in our checks only: a user with a newer compiler is not stopped by its new warnings.
let warningsAreErrors = Context.environment["ROOMTONE_WARNINGS_AS_ERRORS"] == "1"
let house: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])
let houseC: [CSetting] = warningsAreErrors ? [.treatAllWarnings(as: .error)] : []
let packetPath: [SwiftSetting] = house + [.strictMemorySafety()]

func nio(_ product: String) -> Target.Dependency { .product(name: product, package: "swift-nio") }
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")

// C: system libraries (module map and shim) and C of our own.
let cLibraries: [Target] = [
    .systemLibrary(name: "COpus", path: "Sources/C/COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
    .systemLibrary(name: "CALSA", path: "Sources/C/CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
    .systemLibrary(
        name: "CSpeexDSP", path: "Sources/C/CSpeexDSP", pkgConfig: "speexdsp", providers: [.apt(["libspeexdsp-dev"])]),
    .systemLibrary(
        name: "CSodium", path: "Sources/C/CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CLinux", path: "Sources/C/CLinux"),
    .systemLibrary(
        name: "CNcurses", path: "Sources/C/CNcurses", providers: [.apt(["libncurses-dev"])]),
    .systemLibrary(
        name: "CSQLite", path: "Sources/C/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "CSocketBatch", path: "Sources/C/CSocketBatch", cSettings: houseC),
    .target(name: "CAllocationCount", path: "Sources/C/CAllocationCount", cSettings: houseC),
]

let shared: [Target] = [
    .target(name: "Identifiers", path: "Sources/Shared/Identifiers", swiftSettings: house),
    .target(
        name: "Permissions", dependencies: ["Identifiers"], path: "Sources/Shared/Permissions", swiftSettings: house),
    .target(name: "LockFree", dependencies: ["CLinux"], path: "Sources/Shared/LockFree", swiftSettings: packetPath),
    .target(
        name: "DatagramTunnel", dependencies: [nio("NIOCore"), nio("NIOPosix")], path: "Sources/Shared/DatagramTunnel",
        swiftSettings: house),
    .target(
        name: "VoiceSocket", dependencies: ["CSocketBatch"], path: "Sources/Shared/VoiceSocket",
        swiftSettings: packetPath),
]

let wire: [Target] = [
    .target(name: "JSONText", path: "Sources/Wire/JSONText", swiftSettings: house),
    .target(
        name: "ControlWire", dependencies: ["Identifiers", "JSONText", "Permissions"], path: "Sources/Wire/ControlWire",
        swiftSettings: house),
    .target(name: "VoiceWire", path: "Sources/Wire/VoiceWire", swiftSettings: packetPath),
    .target(
        name: "VoiceSealing", dependencies: ["VoiceWire", "CSodium"], path: "Sources/Wire/VoiceSealing",
        swiftSettings: packetPath),
]

let media: [Target] = [
    .target(name: "OpusCodec", dependencies: ["COpus"], path: "Sources/Media/OpusCodec", swiftSettings: packetPath),
    .target(
        name: "SpeechProcessing", dependencies: ["CSpeexDSP"], path: "Sources/Media/SpeechProcessing",
        swiftSettings: packetPath),
    .target(name: "Playout", dependencies: ["VoiceWire"], path: "Sources/Media/Playout", swiftSettings: packetPath),
    .target(name: "VoiceQuality", path: "Sources/Media/VoiceQuality", swiftSettings: packetPath),
    .target(
        name: "AudioDevice", dependencies: ["CALSA", "LockFree", "SpeechProcessing"], path: "Sources/Media/AudioDevice",
        swiftSettings: packetPath),
]

let server: [Target] = [
    .target(
        name: "VoiceRelay", dependencies: ["VoiceWire", "VoiceSealing", "VoiceSocket", "LockFree", "CLinux"],
        path: "Sources/Server/VoiceRelay", swiftSettings: packetPath),
    .target(name: "Credentials", dependencies: ["CSodium"], path: "Sources/Server/Credentials", swiftSettings: house),
    .target(
        name: "ChatStore", dependencies: ["CSQLite", "Identifiers", "LockFree", "Permissions", grdb, logging],
        path: "Sources/Server/ChatStore", swiftSettings: house),
    .target(
        name: "MessageSearch",
        dependencies: ["ChatStore", "Identifiers", "LockFree", "CSQLite", grdb, logging],
        path: "Sources/Server/MessageSearch", swiftSettings: house),
    .target(
        name: "Rooms",
        dependencies: [
            "ControlWire", "ChatStore", "Credentials", "Identifiers", "MessageSearch", "Permissions", "VoiceQuality",
            "VoiceRelay", "VoiceSealing", "VoiceWire", logging,
        ],
        path: "Sources/Server/Rooms", swiftSettings: house),
    .target(
        name: "ControlServer",
        dependencies: [
            "ControlWire", "DatagramTunnel", "Identifiers", "Rooms", nio("NIOCore"), nio("NIOPosix"), nioSSL, x509,
            asn1, crypto, logging,
        ],
        path: "Sources/Server/ControlServer", swiftSettings: house),
    .target(
        name: "Daemon",
        dependencies: [
            "ChatStore", "ControlServer", "Credentials", "MessageSearch", "Permissions", "Rooms",
            "VoiceRelay", configuration, lifecycle, unixSignals,
            logging, yams,
        ],
        path: "Sources/Server/Daemon", swiftSettings: house),
]

let client: [Target] = [
    .target(
        name: "RoomClient",
        dependencies: [
            "ControlWire", "DatagramTunnel", "Identifiers", "Permissions", nio("NIOCore"), nio("NIOPosix"),
            nio("NIOTLS"), nioSSL, x509, asn1, crypto,
        ],
        path: "Sources/Client/RoomClient", swiftSettings: house),
    .target(
        name: "TerminalSupport", dependencies: ["CellScreen", "ControlWire", "LockFree", "RoomClient"],
        path: "Sources/Client/TerminalSupport", swiftSettings: house),
    .target(
        name: "ChatCommands",
        dependencies: [
            "ControlWire", "Identifiers", "JSONText", "LockFree", "Permissions", "RoomClient", "TerminalSupport",
        ],
        path: "Sources/Client/ChatCommands", swiftSettings: house),
    .target(
        name: "VoiceClient",
        dependencies: [
            "AudioDevice", "LockFree", "OpusCodec", "Playout", "SpeechProcessing", "VoiceSealing", "VoiceSocket",
            "VoiceWire",
            "CLinux",
        ],
        path: "Sources/Client/VoiceClient", swiftSettings: packetPath),
    .target(
        name: "TalkInterface",
        dependencies: [
            "AudioDevice", "ControlWire", "Identifiers", "LockFree", "OpusCodec", "RoomClient", "SpeechProcessing",
            "TerminalSupport", "VoiceClient", "VoiceQuality", "VoiceSealing", "VoiceWire",
        ],
        path: "Sources/Client/TalkInterface", swiftSettings: house),
    .target(name: "KeyInput", path: "Sources/Client/KeyInput", swiftSettings: house),
    .target(name: "CellScreen", path: "Sources/Client/CellScreen", swiftSettings: house),
    .target(
        name: "TerminalUI",
        dependencies: [
            "CellScreen", "ControlWire", "Identifiers", "KeyInput", "OpusCodec", "Permissions", "RoomClient",
            "SpeechProcessing", "TalkInterface", "TerminalSupport", "VoiceClient", "VoiceQuality", "VoiceWire",
        ],
        path: "Sources/Client/TerminalUI", swiftSettings: house),
    .target(
        name: "TerminalScreen", dependencies: ["CNcurses", "CellScreen", "KeyInput", "LockFree", "TerminalSupport"],
        path: "Sources/Client/TerminalScreen", swiftSettings: house),
    .target(
        name: "TerminalClient",
        dependencies: [
            "AudioDevice", "CLinux", "CellScreen", "ControlWire", "Identifiers", "KeyInput", "LockFree", "OpusCodec",
            "Permissions", "RoomClient", "SpeechProcessing", "TalkInterface", "TerminalScreen", "TerminalSupport",
            "TerminalUI", "VoiceClient", "VoiceSealing", "VoiceWire",
        ],
        path: "Sources/Client/TerminalClient", swiftSettings: house),
]

let tools: [Target] = [
    .target(name: "NetworkSimulator", path: "Sources/Tools/NetworkSimulator", swiftSettings: house),
    .target(
        name: "SoundLab",
        dependencies: [
            "AudioDevice", "CAllocationCount", "CSpeexDSP", "NetworkSimulator", "OpusCodec", "Playout",
            "SpeechProcessing", "VoiceClient", "VoiceQuality", "VoiceWire",
        ],
        path: "Sources/Tools/SoundLab", swiftSettings: house),
    .target(
        name: "LoadSupport",
        dependencies: [
            "ControlWire", "Identifiers", nio("NIOCore"), nio("NIOPosix"), nioSSL, crypto, histogram,
        ],
        path: "Sources/Tools/LoadSupport", swiftSettings: house),
    .target(
        name: "SyntheticSpeakers",
        dependencies: [
            "CLinux", "CSodium", "ControlWire", "LockFree", "NetworkSimulator", "VoiceSealing", "VoiceSocket",
            "VoiceWire",
        ],
        path: "Sources/Tools/SyntheticSpeakers", swiftSettings: house),
    .target(
        name: "RelayLoad",
        dependencies: [
            "CAllocationCount", "ControlWire", "Identifiers", "LoadSupport", "LockFree", "SyntheticSpeakers",
            "VoiceRelay", "VoiceSealing", "VoiceSocket", "VoiceWire", nio("NIOCore"),
        ],
        path: "Sources/Tools/RelayLoad", swiftSettings: house),
    .target(
        name: "ChatLoad",
        dependencies: [
            "ChatStore", "ControlWire", "Identifiers", "JSONText", "LoadSupport", "NetworkSimulator", "VoiceSealing",
            "VoiceSocket", "VoiceWire", nio("NIOCore"),
        ],
        path: "Sources/Tools/ChatLoad", swiftSettings: house),
    .target(
        name: "LoadTester",
        dependencies: [
            "AudioDevice", "CLinux", "ControlWire", "Identifiers", "LoadSupport", "LockFree", "NetworkSimulator",
            "OpusCodec", "RoomClient", "SyntheticSpeakers", "VoiceQuality", "VoiceSealing", "VoiceSocket", "VoiceWire",
            nio("NIOCore"),
        ],
        path: "Sources/Tools/LoadTester", swiftSettings: house),
]

// Programs hold argument parsing and wiring only; nothing imports them.
let programs: [Target] = [
    .executableTarget(
        name: "roomtoned", dependencies: ["Daemon", arguments], path: "Sources/Programs/roomtoned", swiftSettings: house
    ),
    .executableTarget(
        name: "roomtone",
        dependencies: [
            "ChatCommands", "ControlWire", "Identifiers", "Permissions", "TalkInterface", "TerminalClient",
            "TerminalSupport", "VoiceClient", arguments,
        ],
        path: "Sources/Programs/roomtone", swiftSettings: house),
    .executableTarget(
        name: "roomtone-load",
        dependencies: [
            "ChatLoad", "LoadTester", "RelayLoad", "RoomClient", "SoundLab", "SyntheticSpeakers", arguments,
            unixSignals,
        ],
        path: "Sources/Programs/roomtone-load", swiftSettings: house),
]

// Every test target may use the seeded generator and temporary folders.
func tests(
    _ name: String, _ group: String, _ dependencies: [Target.Dependency], files: [String] = []
) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies + ["NetworkSimulator", "TestSupport"],
        path: "Tests/\(group)/\(name)Tests", exclude: files, swiftSettings: house)
}

let testTargets: [Target] = [
    .target(name: "TestSupport", path: "Tests/Support/TestSupport", swiftSettings: house),
    .target(
        name: "AudioTestSupport", dependencies: ["NetworkSimulator"], path: "Tests/Support/AudioTestSupport",
        swiftSettings: house),
    .target(
        name: "DaemonTestSupport", dependencies: ["ControlServer", "Credentials", "Daemon", "VoiceRelay", logging],
        path: "Tests/Support/DaemonTestSupport", swiftSettings: house),
    tests("LockFree", "Shared", ["LockFree"]),
    tests("DatagramTunnel", "Shared", ["DatagramTunnel"]),
    tests("VoiceSocket", "Shared", ["VoiceSocket", "CSocketBatch"]),
    tests("Permissions", "Shared", ["Identifiers", "Permissions"]),
    tests("JSONText", "Wire", ["JSONText"]),
    tests("ControlWire", "Wire", ["ControlWire", "Identifiers", "JSONText", "Permissions"]),
    tests("VoiceWire", "Wire", ["VoiceWire"]),
    tests("VoiceSealing", "Wire", ["VoiceSealing", "VoiceWire", crypto]),
    tests("OpusCodec", "Media", ["AudioTestSupport", "OpusCodec"]),
    tests("SpeechProcessing", "Media", ["AudioTestSupport", "SpeechProcessing"]),
    tests("Playout", "Media", ["AudioTestSupport", "Playout", "VoiceWire"]),
    tests("VoiceQuality", "Media", ["VoiceQuality"]),
    tests("AudioDevice", "Media", ["AudioDevice", "AudioTestSupport", "LockFree"]),
    tests(
        "VoiceRelay", "Server", ["CSocketBatch", "LockFree", "VoiceRelay", "VoiceWire", "VoiceSealing", "VoiceSocket"]),
    tests("Credentials", "Server", ["Credentials"]),
    tests("ChatStore", "Server", ["ChatStore", "Identifiers", "Permissions", grdb]),
    tests("MessageSearch", "Server", ["ChatStore", "Identifiers", "LockFree", "MessageSearch", grdb, logging]),
    tests(
        "Rooms", "Server",
        [
            "Rooms", "ChatStore", "ControlWire", "Credentials", "Identifiers", "MessageSearch", "Permissions",
            "VoiceRelay", "VoiceWire", grdb, logging,
        ]),
    tests(
        "ControlServer", "Server",
        [
            "ControlServer", "ControlWire", "Daemon", "Rooms", "ChatStore", "Credentials", "Identifiers",
            "MessageSearch", "Permissions", "VoiceRelay", "VoiceWire",
            nio("NIOCore"), nio("NIOPosix"), nioSSL, x509, asn1, logging,
        ]),
    tests("Daemon", "Server", ["Daemon", "ControlServer", "Credentials", "VoiceRelay"]),
    tests(
        "RoomClient", "Client",
        [
            "RoomClient", "ControlServer", "ControlWire", "Credentials", "DaemonTestSupport", "Identifiers", "Daemon",
            "Permissions",
            "Rooms", "VoiceRelay", nio("NIOCore"), nio("NIOPosix"), nioSSL, x509, asn1, crypto, logging,
        ]),
    tests("TerminalSupport", "Client", ["ControlWire", "RoomClient", "TerminalSupport"]),
    tests(
        "ChatCommands", "Client",
        [
            "ChatCommands", "ControlServer", "ControlWire", "Credentials", "Daemon", "DaemonTestSupport", "Identifiers",
            "JSONText",
            "Permissions", "RoomClient", "Rooms", "TerminalSupport", "VoiceRelay", logging,
        ]),
    tests("RoomtoneProgram", "Client", ["roomtone", arguments]),
    tests(
        "VoiceClient", "Client",
        [
            "AudioDevice", "AudioTestSupport", "CSocketBatch", "LockFree", "OpusCodec", "Playout",
            "SpeechProcessing", "VoiceClient", "VoiceRelay", "VoiceSealing", "VoiceSocket", "VoiceWire",
        ]),
    tests(
        "TalkInterface", "Client",
        [
            "TalkInterface", "AudioDevice", "ControlServer", "ControlWire", "Daemon", "DaemonTestSupport",
            "DatagramTunnel", "Identifiers",
            "OpusCodec", "RoomClient", "SpeechProcessing", "TerminalSupport", "VoiceClient", "VoiceQuality",
            "VoiceRelay", "VoiceSealing", "VoiceWire", logging,
        ]),
    tests("KeyInput", "Client", ["KeyInput"]),
    tests("CellScreen", "Client", ["CellScreen"]),
    tests(
        "TerminalUI", "Client",
        [
            "CellScreen", "ControlWire", "Identifiers", "KeyInput", "Permissions", "RoomClient", "SpeechProcessing",
            "TalkInterface", "TerminalSupport", "TerminalUI", "VoiceClient", "VoiceWire",
        ], files: ["Screens"]),
    tests("TerminalScreen", "Client", ["CellScreen", "KeyInput", "TerminalScreen", "TerminalSupport"]),
    tests(
        "TerminalClient", "Client",
        [
            "AudioDevice", "ControlServer", "ControlWire", "Credentials", "Daemon", "DaemonTestSupport", "Identifiers",
            "KeyInput", "Permissions", "RoomClient", "SpeechProcessing", "TalkInterface", "TerminalClient",
            "TerminalSupport", "TerminalUI", "VoiceClient", "VoiceRelay",
        ]),
    tests("NetworkSimulator", "Tools", []),
    tests("SoundLab", "Tools", ["AudioDevice", "AudioTestSupport", "SoundLab"]),
    tests(
        "SyntheticSpeakers", "Tools",
        [
            "CSocketBatch", "LockFree", "SyntheticSpeakers", "VoiceRelay", "VoiceSealing", "VoiceSocket", "VoiceWire",
            crypto,
        ]),
    tests("RelayLoad", "Tools", ["RelayLoad"]),
    tests("LoadSupport", "Tools", ["ControlWire", "Identifiers", "LoadSupport", nio("NIOCore")]),
    tests("ChatLoad", "Tools", ["ChatLoad", "LoadSupport"]),
    tests(
        "LoadTester", "Tools", ["LoadTester", "LoadSupport", "OpusCodec", "SyntheticSpeakers", "VoiceSocket"],
        files: ["Fixtures"]),
    // Runs the programs themselves, as a person would.
    tests(
        "EndToEnd", "EndToEnd",
        ["AudioTestSupport", "ChatStore", "ControlWire", "Identifiers", "roomtone", "roomtone-load", "roomtoned"]),
]

let package = Package(
    name: "roomtone",
    products: [
        .executable(name: "roomtoned", targets: ["roomtoned"]),
        .executable(name: "roomtone", targets: ["roomtone"]),
        .executable(name: "roomtone-load", targets: ["roomtone-load"]),
        .library(name: "RoomClient", targets: ["RoomClient"]),
        .library(name: "VoiceClient", targets: ["VoiceClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.1.0"),
        .package(url: "https://github.com/jpsim/Yams", "5.4.0"..<"7.0.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
    ],
    targets: cLibraries + shared + wire + media + server + client + tools + programs + testTargets,
    swiftLanguageModes: [.v6]
)
