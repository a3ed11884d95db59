package command

import "os"

// closed says whether a standard file was closed when the process began.
func closed(f *os.File) bool {
	_, err := f.Stat()
	return err != nil
}
