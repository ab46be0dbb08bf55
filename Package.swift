// swift-tools-version: 6.2
import PackageDescription

// Every target is Swift 6 with the same upcoming features; modules that a voice packet crosses are
// checked for memory safety as well (see Documentation/Decisions/0001-house.md).
// Warnings are errors in our checks only: a user with a newer compiler is not stopped by its new warnings.
let warningsAreErrors = Context.environment["ROOMTONE_WARNINGS_AS_ERRORS"] == "1"
let house: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        // Swift 6.3 optimises the way back to the caller's actor out of generic functions (Documentation/Decisions/0001-house.md).
        .unsafeFlags(["-Xllvm", "-sil-disable-pass=optimize-hop-to-executor"], .when(configuration: .release)),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])
let houseC: [CSetting] = warningsAreErrors ? [.treatAllWarnings(as: .error)] : []
let packetPath: [SwiftSetting] = house + [.strictMemorySafety()]
// Filters keep up with the sound in a debug build too: unoptimised they take a third of a core, in real time, from all others.
let filters: [SwiftSetting] = packetPath + [.unsafeFlags(["-O"], .when(configuration: .debug))]

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
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")

/// A module under Sources: `GROUP/NAME`.
func module(
    _ path: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = house
) -> Target {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return .target(name: name, dependencies: dependencies, path: "Sources/\(path)", swiftSettings: settings)
}

func systemLibrary(_ name: String, pkgConfig: String? = nil, package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

// C: system libraries (module map and shim) and C of our own.
let cLibraries: [Target] = [
    systemLibrary("COpus", pkgConfig: "opus", package: "libopus-dev"),
    systemLibrary("CALSA", pkgConfig: "alsa", package: "libasound2-dev"),
    systemLibrary("CSpeexDSP", pkgConfig: "speexdsp", package: "libspeexdsp-dev"),
    systemLibrary("CSodium", pkgConfig: "libsodium", package: "libsodium-dev"),
    .systemLibrary(name: "CLinux", path: "Sources/C/CLinux"),
    systemLibrary("CNcurses", package: "libncurses-dev"),
    systemLibrary("CSQLite", pkgConfig: "sqlite3", package: "libsqlite3-dev"),
    systemLibrary("COgg", pkgConfig: "ogg", package: "libogg-dev"),
    // Without pkg-config: its flags for hiredis are ones that the package manager refuses.
    systemLibrary("CHiredis", package: "libhiredis-dev"),
    .target(name: "CSocketBatch", path: "Sources/C/CSocketBatch", cSettings: houseC),
    .target(name: "CAllocationCount", path: "Sources/C/CAllocationCount", cSettings: houseC),
]

let shared: [Target] = [
    module("Shared/Identifiers"),
    module("Shared/Permissions", ["Identifiers"]),
    module("Shared/LockFree", ["CLinux"], settings: packetPath),
    module("Shared/DatagramTunnel", [nio("NIOCore"), nio("NIOPosix")]),
    module("Shared/VoiceSocket", ["CSocketBatch"], settings: packetPath),
]

let wire: [Target] = [
    module("Wire/JSONText"),
    module("Wire/ControlWire", ["Identifiers", "JSONText", "Permissions"]),
    module("Wire/VoiceWire", settings: packetPath),
    module("Wire/VoiceSealing", ["VoiceWire", "CSodium"], settings: packetPath),
]

let media: [Target] = [
    module("Media/OpusCodec", ["COpus"], settings: packetPath),
    module("Media/SpeechProcessing", ["CSpeexDSP"], settings: filters),
    module("Media/Playout", ["VoiceWire"], settings: packetPath),
    module("Media/TalkerSound", ["OpusCodec", "Playout", "VoiceWire"], settings: packetPath),
    module("Media/VoiceQuality", settings: packetPath),
    module("Media/AudioDevice", ["CALSA", "LockFree", "SpeechProcessing"], settings: packetPath),
]

let server: [Target] = [
    module(
        "Server/VoiceRelay", ["VoiceWire", "VoiceSealing", "VoiceSocket", "LockFree", "CLinux"], settings: packetPath),
    module(
        "Server/VoiceMixer", ["LockFree", "OpusCodec", "Playout", "TalkerSound", "VoiceRelay", "VoiceWire"],
        settings: packetPath),
    module(
        "Server/Recordings",
        [
            "COgg", "Identifiers", "JSONText", "LockFree", "OpusCodec", "Playout", "VoiceMixer", "VoiceRelay",
            "VoiceWire",
        ],
        settings: packetPath),
    module("Server/VoiceStateCache", ["CHiredis", "Identifiers", "LockFree", logging]),
    module("Server/Credentials", ["CSodium"]),
    module("Server/ChatStore", ["CSQLite", "Identifiers", "LockFree", "Permissions", grdb, logging]),
    module("Server/MessageSearch", ["ChatStore", "Identifiers", "LockFree", "CSQLite", grdb, logging]),
    module(
        "Server/Rooms",
        [
            "ControlWire", "ChatStore", "Credentials", "Identifiers", "MessageSearch", "Permissions", "Recordings",
            "VoiceMixer", "VoiceQuality", "VoiceRelay", "VoiceSealing", "VoiceStateCache", "VoiceWire", logging,
        ]),
    module(
        "Server/ControlServer",
        [
            "ControlWire", "DatagramTunnel", "Identifiers", "Rooms", nio("NIOCore"), nio("NIOPosix"), nioSSL, x509,
            asn1, crypto, logging,
        ]),
    module(
        "Server/Operations",
        [
            "ChatStore", "ControlServer", "ControlWire", "Identifiers", "JSONText", "LockFree", "MessageSearch",
            "Permissions", "Rooms", "VoiceRelay", nio("NIOCore"), nio("NIOPosix"), hummingbird, lifecycle, logging,
            metrics,
        ]),
    module(
        "Server/Daemon",
        [
            "ChatStore", "ControlServer", "Credentials", "JSONText", "MessageSearch", "Operations", "Permissions",
            "Recordings", "Rooms", "VoiceMixer", "VoiceRelay", "VoiceStateCache", configuration, lifecycle, unixSignals,
            logging, "ControlWire", metrics, yams,
        ]),
]

let client: [Target] = [
    module(
        "Client/RoomClient",
        [
            "ControlWire", "DatagramTunnel", "Identifiers", "Permissions", nio("NIOCore"), nio("NIOPosix"),
            nio("NIOTLS"), nioSSL, x509, asn1, crypto,
        ]),
    module("Client/TerminalSupport", ["CellScreen", "ControlWire", "LockFree", "RoomClient"]),
    module(
        "Client/ChatCommands",
        ["ControlWire", "Identifiers", "JSONText", "LockFree", "Permissions", "RoomClient", "TerminalSupport"]),
    module(
        "Client/VoiceClient",
        [
            "AudioDevice", "LockFree", "OpusCodec", "Playout", "SpeechProcessing", "TalkerSound", "VoiceSealing",
            "VoiceSocket", "VoiceWire", "CLinux",
        ], settings: packetPath),
    module(
        "Client/TalkInterface",
        [
            "AudioDevice", "ControlWire", "Identifiers", "LockFree", "OpusCodec", "RoomClient", "SpeechProcessing",
            "TerminalSupport", "VoiceClient", "VoiceQuality", "VoiceSealing", "VoiceWire",
        ]),
    module("Client/KeyInput"),
    module("Client/CellScreen"),
    module(
        "Client/TerminalUI",
        [
            "CellScreen", "ControlWire", "Identifiers", "KeyInput", "OpusCodec", "Permissions", "RoomClient",
            "SpeechProcessing", "TalkInterface", "TerminalSupport", "VoiceClient", "VoiceQuality", "VoiceWire",
        ]),
    module("Client/TerminalScreen", ["CNcurses", "CellScreen", "KeyInput", "LockFree", "TerminalSupport"]),
    module(
        "Client/TerminalClient",
        [
            "AudioDevice", "CLinux", "CellScreen", "ControlWire", "Identifiers", "KeyInput", "LockFree", "OpusCodec",
            "Permissions", "RoomClient", "SpeechProcessing", "TalkInterface", "TerminalScreen", "TerminalSupport",
            "TerminalUI", "VoiceClient", "VoiceSealing", "VoiceWire",
        ]),
]

let tools: [Target] = [
    module("Tools/NetworkSimulator"),
    module(
        "Tools/SoundLab",
        [
            "AudioDevice", "CAllocationCount", "CSpeexDSP", "NetworkSimulator", "OpusCodec", "Playout",
            "SpeechProcessing", "TalkerSound", "VoiceClient", "VoiceQuality", "VoiceWire",
        ]),
    module(
        "Tools/LoadSupport",
        ["ControlWire", "Identifiers", "LockFree", nio("NIOCore"), nio("NIOPosix"), nioSSL, crypto, histogram]),
    module(
        "Tools/SyntheticSpeakers",
        [
            "CLinux", "CSodium", "ControlWire", "LockFree", "NetworkSimulator", "VoiceSealing", "VoiceSocket",
            "VoiceWire",
        ]),
    module(
        "Tools/RelayLoad",
        [
            "CAllocationCount", "ControlWire", "Identifiers", "LoadSupport", "LockFree", "OpusCodec",
            "SyntheticSpeakers", "VoiceRelay", "VoiceSealing", "VoiceSocket", "VoiceWire", nio("NIOCore"),
        ]),
    module(
        "Tools/ChatLoad",
        [
            "ChatStore", "ControlWire", "Identifiers", "JSONText", "LoadSupport", "NetworkSimulator", "VoiceSealing",
            "VoiceSocket", "VoiceWire", nio("NIOCore"),
        ]),
    module(
        "Tools/LoadTester",
        [
            "AudioDevice", "CLinux", "ControlWire", "Identifiers", "LoadSupport", "LockFree", "NetworkSimulator",
            "OpusCodec", "RoomClient", "SyntheticSpeakers", "VoiceQuality", "VoiceSealing", "VoiceSocket", "VoiceWire",
            nio("NIOCore"),
        ]),
]

func program(_ name: String, in group: String = "Programs", _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Sources/\(group)/\(name)", swiftSettings: house)
}

// Programs hold argument parsing and wiring only; nothing imports them.
let programs: [Target] = [
    program("roomtoned", ["Daemon", arguments]),
    program(
        "roomtone",
        [
            "ChatCommands", "ControlWire", "Identifiers", "Permissions", "TalkInterface", "TerminalClient",
            "TerminalSupport", "VoiceClient", arguments,
        ]),
    program(
        "roomtone-load",
        [
            "ChatLoad", "LoadTester", "RelayLoad", "RoomClient", "SoundLab", "SyntheticSpeakers", arguments,
            unixSignals,
        ]),
    // For Scripts/packet-path; not a product.
    program("relay-code", in: "Tools", ["VoiceRelay"]),
]

func testSupport(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/Support/\(name)", swiftSettings: house)
}

// Every test target may use the seeded generator and temporary folders.
func tests(_ name: String, _ group: String, _ dependencies: [Target.Dependency], files: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies + ["NetworkSimulator", "TestSupport"],
        path: "Tests/\(group)/\(name)Tests", exclude: files, swiftSettings: house)
}

let testTargets: [Target] = [
    testSupport("TestSupport", []),
    testSupport("AudioTestSupport", ["NetworkSimulator"]),
    testSupport("DaemonTestSupport", ["ControlServer", "Credentials", "Daemon", "Operations", "VoiceRelay", logging]),
    testSupport("VoiceTestSupport", ["ControlWire", "VoiceWire"]),
    tests("LockFree", "Shared", ["LockFree"]),
    tests("DatagramTunnel", "Shared", ["DatagramTunnel"]),
    tests("VoiceSocket", "Shared", ["VoiceSocket", "CSocketBatch"]),
    tests("Permissions", "Shared", ["Identifiers", "Permissions"]),
    tests("JSONText", "Wire", ["JSONText"]),
    tests("ControlWire", "Wire", ["ControlWire", "Identifiers", "JSONText", "Permissions"]),
    tests("VoiceWire", "Wire", ["VoiceWire"]),
    tests("VoiceSealing", "Wire", ["VoiceSealing", "VoiceWire", crypto]),
    tests("OpusCodec", "Media", ["AudioTestSupport", "OpusCodec"]),
    tests("SpeechProcessing", "Media", ["AudioTestSupport", "OpusCodec", "SpeechProcessing"]),
    tests("Playout", "Media", ["AudioTestSupport", "Playout", "VoiceWire"]),
    tests("VoiceQuality", "Media", ["VoiceQuality"]),
    tests("AudioDevice", "Media", ["AudioDevice", "AudioTestSupport", "LockFree"]),
    tests(
        "VoiceRelay", "Server", ["CSocketBatch", "LockFree", "VoiceRelay", "VoiceWire", "VoiceSealing", "VoiceSocket"]),
    tests(
        "Recordings", "Server",
        ["AudioTestSupport", "Identifiers", "JSONText", "OpusCodec", "Recordings", "VoiceRelay", "VoiceWire"]),
    tests(
        "VoiceMixer", "Server",
        ["AudioTestSupport", "OpusCodec", "Playout", "TalkerSound", "VoiceMixer", "VoiceRelay", "VoiceWire"]),
    tests("VoiceStateCache", "Server", ["AudioTestSupport", "Identifiers", "VoiceStateCache", logging]),
    tests("Credentials", "Server", ["Credentials"]),
    tests("ChatStore", "Server", ["ChatStore", "Identifiers", "Permissions", grdb]),
    tests("MessageSearch", "Server", ["ChatStore", "Identifiers", "LockFree", "MessageSearch", grdb, logging]),
    tests(
        "Rooms", "Server",
        [
            "Rooms", "ChatStore", "ControlWire", "Credentials", "Identifiers", "MessageSearch", "OpusCodec",
            "Permissions", "Recordings", "VoiceMixer", "VoiceRelay", "VoiceStateCache", "VoiceTestSupport", "VoiceWire",
            grdb, logging,
        ]),
    tests(
        "ControlServer", "Server",
        [
            "ControlServer", "ControlWire", "Daemon", "Operations", "Rooms", "ChatStore", "Credentials", "Identifiers",
            "MessageSearch", "Permissions", "VoiceRelay", "VoiceTestSupport", "VoiceWire",
            nio("NIOCore"), nio("NIOPosix"), nioSSL, x509, asn1, logging,
        ]),
    tests(
        "Daemon", "Server",
        [
            "AudioTestSupport", "ChatStore", "Daemon", "ControlServer", "ControlWire", "Credentials", "Operations",
            "Rooms", "VoiceRelay", "VoiceStateCache", logging,
        ]),
    tests(
        "Operations", "Server",
        [
            "ChatStore", "ControlServer", "ControlWire", "Daemon", "DaemonTestSupport", "Identifiers", "JSONText",
            "AudioTestSupport", "MessageSearch", "Operations", "Recordings", "RoomClient", "Rooms", "VoiceRelay",
            nio("NIOCore"), logging, metrics,
        ], files: ["Fixtures"]),
    tests(
        "RoomClient", "Client",
        [
            "RoomClient", "ControlServer", "ControlWire", "Credentials", "DaemonTestSupport", "Identifiers", "Daemon",
            "Permissions", "Rooms", "VoiceRelay", nio("NIOCore"), nio("NIOPosix"), nioSSL, x509, asn1, crypto, logging,
        ]),
    tests("TerminalSupport", "Client", ["ControlWire", "RoomClient", "TerminalSupport"]),
    tests(
        "ChatCommands", "Client",
        [
            "ChatCommands", "ControlServer", "ControlWire", "Credentials", "Daemon", "DaemonTestSupport", "Identifiers",
            "JSONText", "Permissions", "RoomClient", "Rooms", "TerminalSupport", "VoiceRelay", logging,
        ]),
    tests("RoomtoneProgram", "Client", ["roomtone", arguments]),
    tests(
        "VoiceClient", "Client",
        [
            "AudioDevice", "AudioTestSupport", "CSocketBatch", "LockFree", "OpusCodec", "Playout",
            "SpeechProcessing", "TalkerSound", "VoiceClient", "VoiceMixer", "VoiceRelay", "VoiceSealing", "VoiceSocket",
            "VoiceWire",
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
    tests("LoadSupport", "Tools", ["ControlWire", "Identifiers", "LoadSupport", "LockFree", nio("NIOCore")]),
    tests("ChatLoad", "Tools", ["ChatLoad", "LoadSupport"]),
    tests(
        "LoadTester", "Tools", ["LoadTester", "LoadSupport", "OpusCodec", "SyntheticSpeakers", "VoiceSocket"],
        files: ["Fixtures"]),
    // Runs the programs themselves, as a person would.
    tests(
        "EndToEnd", "EndToEnd",
        [
            "AudioTestSupport", "ChatStore", "ControlWire", "Identifiers", "VoiceTestSupport", "VoiceWire", "roomtone",
            "roomtone-load", "roomtoned",
        ]),
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
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
    ],
    targets: cLibraries + shared + wire + media + server + client + tools + programs + testTargets,
    swiftLanguageModes: [.v6]
)
