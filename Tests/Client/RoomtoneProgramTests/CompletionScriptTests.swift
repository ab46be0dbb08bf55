import ArgumentParser
import Testing

@testable import roomtone

struct CompletionScriptTests {
    @Test(arguments: [CompletionShell.bash, .zsh, .fish])
    func `every command has its place in the script for a shell`(shell: CompletionShell) {
        let script = Roomtone.completionScript(for: shell)
        for command in Roomtone.configuration.subcommands {
            let name = command.configuration.commandName ?? ""
            #expect(!name.isEmpty && script.contains(name), "\(name) in \(shell.rawValue)")
        }
        for words in ["admin", "claim-ownership", "invitations", "json", "moderator"] {
            #expect(script.contains(words), "\(words) in \(shell.rawValue)")
        }
    }
}
