package profile

import "os"

// private leaves it to the folder of a user's settings, which others cannot read.
func private(*os.File) error { return nil }
