import Foundation
import TestSupport
import Testing

@testable import Daemon

/// What a person reads who made a mistake: file, key, what was found, what is allowed.
@Suite struct ConfigurationMistakeTests {
    private struct Mistake: CustomTestStringConvertible {
        let file: String
        let message: String
        var testDescription: String { file }
    }

    private static let mistakes: [Mistake] = [
        Mistake(file: "control: {port: 70000}", message: "FILE, key control.port: expected 0…65535, found “70000”"),
        Mistake(file: "control: {port: http}", message: "FILE, key control.port: expected 0…65535, found “http”"),
        Mistake(
            file: "voice: {allow_unsealed: maybe}",
            message: "FILE, key voice.allow_unsealed: expected true or false, found “maybe”"),
        Mistake(
            file: "accounts: {role_default: owner}",
            message: "FILE, key accounts.role_default: expected member, guest, found “owner”"),
        Mistake(
            file: "drain_seconds: 3601", message: "FILE, key drain_seconds: expected 0…3600 seconds, found “3601”"),
        Mistake(file: "log_format: xml", message: "FILE, key log_format: expected text, json, found “xml”"),
        Mistake(
            file: "log_levels: \"cellar=info\"",
            message: """
                FILE, key log_levels: expected MODULE=LEVEL with commas between; modules are daemon, control, rooms, search, \
                voice, cache, operations, found “cellar=info”
                """),
        Mistake(
            file: "cache: {url: \"redis://user:secret@host\"}",
            message: """
                FILE, key cache.url: expected redis://[user@]host[:port][/database] or unix:///path[?db=database], without a \
                password, found “redis://…@host”
                """),
        Mistake(
            file: "cache: {server_name: \"a:b\"}",
            message: """
                FILE, key cache.server_name: expected letters, digits, “.”, “_” and “-”, 64 at most; empty for this \
                machine's name, found “a:b”
                """),
        Mistake(
            file: "text: {mentions_max: [1, 2]}",
            message: "FILE, key text.mentions_max: expected 0…100 people, found a list"),
        Mistake(
            file: "tls: {key_file: k.pem}",
            message: "FILE, key tls.key_file: expected tls.certificate_file beside it, found none"),
        Mistake(
            file: "control: {idle_seconds: 30}",
            message: "FILE, key control.idle_seconds: expected more than control.ping_after_seconds, 30, found “30”"),
        Mistake(
            file: "control: {ping_after_seconds: 90}",
            message: "FILE, key control.ping_after_seconds: expected less than control.idle_seconds, 90, found “90”"),
        Mistake(
            file: "voice: {keepalive_seconds: 60, timeout_seconds: 60}",
            message: "FILE, key voice.timeout_seconds: expected more than voice.keepalive_seconds, 60, found “60”"),
        Mistake(
            file: "control: {host: localhost}",
            message: "FILE, key control.host: expected a numeric address of this machine, found “localhost”"),
        Mistake(
            file: "operations: {host: \"::1]\"}",
            message: "FILE, key operations.host: expected a numeric address of this machine, found “::1]”"),
    ]

    @Test(arguments: mistakes) private func isSaidInOneClearLine(_ mistake: Mistake) throws {
        let folder = try TemporaryFolder()
        try folder.write(mistake.file, to: "roomtoned.yaml")
        let path = folder.file("roomtoned.yaml")
        let error = #expect(throws: ConfigurationError.self) { try DaemonConfiguration.load(file: path) }
        #expect(error?.description.replacingOccurrences(of: path, with: "FILE") == mistake.message)
        // A check before the start says the same, and fails.
        #expect(Daemon.checkConfiguration(configurationFile: path, flags: []) == 1)
    }

    @Test func aGoodOneIsGood() throws {
        let folder = try TemporaryFolder()
        try folder.write("control: {port: 1}", to: "roomtoned.yaml")
        #expect(Daemon.checkConfiguration(configurationFile: folder.file("roomtoned.yaml"), flags: []) == 0)
    }

    /// What a start would say is said before it, of files that the configuration names too.
    @Test func filesThatItNamesAreLookedAt() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("roomtoned.yaml")
        func status(_ key: String, _ file: String) throws -> Int32 {
            try folder.write(key.replacing("FILE", with: folder.file(file)), to: "roomtoned.yaml")
            return Daemon.checkConfiguration(configurationFile: path, flags: [])
        }
        try folder.write(String(repeating: "k", count: 32), to: "closed")
        try folder.write(String(repeating: "k", count: 32), to: "open", permissions: 0o640)
        #expect(try status("operations: {token_file: FILE}", "closed") == 0)
        #expect(try status("operations: {token_file: FILE}", "open") == 1)
        #expect(try status("operations: {token_file: FILE, enabled: false}", "open") == 0, "it is not read then")
        let redis = "cache: {store: redis, server_name: here, password_file: FILE}"
        #expect(try status(redis, "closed") == 0)
        #expect(try status(redis, "open") == 1)
        #expect(try status("tls: {certificate_file: FILE, key_file: FILE}", "closed") == 1)
    }

    @Test func variablesThatNameNoKeyAreNamed() {
        #expect(UnknownVariables(in: ["ROOMTONE_CONTROL_PORT": "1", "ROOMTONE_PASSWORD": "x", "HOME": "/"]) == nil)
        let some = UnknownVariables(in: ["ROOMTONE_CONTROL_PROT": "1", "ROOMTONE_": "", "ROOMTONE_VOICE_PORT": "2"])
        #expect(some?.description == "ROOMTONE_, ROOMTONE_CONTROL_PROT")
        func many(_ count: Int) -> String? {
            UnknownVariables(in: Dictionary(uniqueKeysWithValues: (10..<10 + count).map { ("ROOMTONE_X\($0)", "") }))?
                .description
        }
        #expect(many(10)?.hasSuffix("ROOMTONE_X19") == true && many(11)?.hasSuffix("ROOMTONE_X19 and 1 more") == true)
    }

    @Test func everyKeyHasTypeRangeDefaultAndSaysWhetherItIsLive() {
        for setting in DaemonSettings.all {
            #expect(!setting.allowed.isEmpty, "\(setting.key)")
            let value = setting.write(DaemonConfiguration())
            var configuration = DaemonConfiguration()
            #expect(setting.read(value, &configuration), "\(setting.key): its default is allowed")
            // The unit of a number stands in its name or beside its range.
            let isBare = setting.kind == .number && !setting.allowed.contains(" ")
            #expect(!isBare || ["port", "complexity"].contains { setting.key.hasSuffix($0) }, "\(setting.key)")
        }
        #expect(Set(DaemonSettings.all.map(\.key)).count == DaemonSettings.all.count)
    }
}
