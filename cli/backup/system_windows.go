package backup

// settle has no way to wait for all that was written.
func settle() error { return nil }

// giveTo has nothing to do: a folder says whose is what is in it.
func giveTo(string, string) error { return nil }
