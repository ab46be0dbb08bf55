import AudioTestSupport
import Foundation
import TestSupport
import Testing

/// What signals do to the real server, with a person in voice.
@Suite("Signals close the server in good order, and change it while it runs")
struct SignalTests {
    private func server(_ folder: TemporaryFolder) throws -> (program: Program, port: String) {
        let program = try Program(
            "roomtoned",
            [
                "--host", "127.0.0.1", "--control-port", "0", "--voice-port", "0", "--operations-port", "0",
                "--data-directory", folder.file("data"), "--config", folder.file("roomtoned.yaml"),
            ])
        return (program, try program.captured(/TCP port ([0-9]+)/, after: "Stop with Ctrl-C"))
    }

    @Test("SIGTERM says when and waits for voice; a second one ends it at once", .timeLimit(.minutes(2)))
    func drain() async throws {
        try await blocking {
            let folder = try TemporaryFolder()
            try folder.write("drain_seconds: 3600\n", to: "roomtoned.yaml")
            let (program, port) = try server(folder)
            let talk = try Program(
                "roomtone",
                ["talk", "--server", "127.0.0.1:\(port)", "--room", "General", "--user", "ada", "--register"]
                    + ["--input", "null", "--output", "null"],
                environment: [
                    "ROOMTONE_PASSWORD": "a long password", "XDG_DATA_HOME": folder.file("ada"),
                    "XDG_CONFIG_HOME": folder.file("ada"),
                ])
            try talk.waitFor("You hear the room")
            program.send(SIGTERM)
            try talk.waitFor("The server closes in 3600 s")
            #expect(program.end(SIGTERM) == 0, "\(program.output)")
            _ = talk.end(SIGTERM)
        }
    }

    @Test("SIGHUP takes a good configuration, and says why it does not take a bad one", .timeLimit(.minutes(1)))
    func reload() async throws {
        try await blocking {
            let folder = try TemporaryFolder()
            try folder.write("log_format: json\n", to: "roomtoned.yaml")
            let (program, _) = try server(folder)
            try folder.write("log_format: json\nrooms: {max: many}\n", to: "roomtoned.yaml")
            program.send(SIGHUP)
            try program.waitFor("found “many”")
            try folder.write("log_format: json\nrooms: {max: 7}\nsearch: {threads: 2}\n", to: "roomtoned.yaml")
            program.send(SIGHUP)
            try program.waitFor("\"changed\":\"rooms.max\"")
            try program.waitFor("\"keys\":\"search.threads\"")
            #expect(program.end(SIGTERM) == 0, "\(program.output)")
        }
    }

    @Test("check-config, integrity and restore say what came of it", .timeLimit(.minutes(1)))
    func tools() async throws {
        try await blocking {
            let folder = try TemporaryFolder()
            try folder.write("control: {port: 70000}\n", to: "roomtoned.yaml")
            let place = ["--config", folder.file("roomtoned.yaml"), "--data-directory", folder.file("data")]
            let wrong = try Program.run("roomtoned", ["check-config"] + place)
            #expect(wrong.status == 1 && wrong.errors.contains("expected 0…65535, found “70000”"))
            try folder.write("", to: "roomtoned.yaml")
            #expect(try Program.run("roomtoned", ["check-config"] + place).status == 0)
            let (program, _) = try server(folder)
            #expect(try Program.run("roomtoned", ["integrity"] + place).status == 0, "while the server runs")
            #expect(program.end(SIGTERM) == 0)
            try FileManager.default.copyItem(
                atPath: folder.file("data/roomtone.sqlite"), toPath: folder.file("copy.sqlite"))
            let restored = try Program.run("roomtoned", ["restore", folder.file("copy.sqlite")] + place)
            #expect(restored == Program.End(status: 0, errors: ""))
            let missing = try Program.run("roomtoned", ["restore", folder.file("nothing")] + place)
            #expect(missing.status == 1 && missing.errors.contains("nothing"))
        }
    }
}
