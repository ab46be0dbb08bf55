// The folder of tests that the first types are about to fill.
