/// Limits of Recordings.
enum RecordingsLimits {}
