import VoiceWire

extension VoiceTransport {
    /// Counts a bundle and hands out its reader.
    mutating func beginBundle() -> Reception {
        bundleCount += 1
        return unsafe .bundle(BundleReader(body))
    }

    /// The bundle's next frame, as if it had come in a datagram of its own: its header, and its Opus packet with the
    /// extension blocks behind it. Nil at the end; do not ask again then.
    ///
    /// Frames lie in ``body``: valid until the next datagram. What is no record ends the bundle, and so does a record that
    /// claims to be our own: nobody hears themself, so no honest relay makes it. Either is counted. Neither allocates nor
    /// blocks.
    package mutating func nextFrame(
        of bundle: inout BundleReader
    ) -> (header: VoiceHeader, bytes: UnsafeRawBufferPointer)? {
        let element = bundle.next()
        if let element, element.record.voice != voice { return unsafe (element.record.header(in: room), element.frame) }
        if element != nil || bundle.isMalformed { malformedBundleCount += 1 }
        return nil
    }
}
