import VoiceRelay

// The relay's machine code in a program of its own, for Scripts/packet-path to read: a module's code does not depend on who
// links it, and this is built in a small part of the daemon's time. Nobody runs it.
let relay = try VoiceRelay(VoiceRelayConfiguration())
try relay.start()
await relay.stop()
