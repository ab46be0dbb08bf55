/// What callers tell an engine's thread. Small and trivially copyable: it travels in a ring slot.
enum SpeakerCommand: BitwiseCopyable {
    /// A state of the engine's kind of end, made by the caller, from now on the thread's.
    case add(user: UInt16, state: UnsafeMutableRawPointer)
    case remove(user: UInt16)
    case talk(user: UInt16, Bool)
    case wait(SpeakerEngineConfiguration.Waiting)
    case pause
    case resume
    /// Ends the window that is open and begins one in this block.
    case cut(MeasurementBlock)
    /// Gives the block of the window before the open one to a retained ``WindowTicket``.
    case take(UnsafeMutableRawPointer)
    case stop
}
