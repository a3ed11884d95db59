package kept

import "os"

// lines is a file of lines that are only ever added.
type lines struct {
	file *os.File
	end  int64 // of its last line
}

// begin empties it, and writes its first line.
func (l *lines) begin(title string) error {
	l.end = 0
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	return l.write(title)
}

// write writes a line behind the last, or in the place of one that could not be
// written to its end.
func (l *lines) write(line string) error {
	if _, err := l.file.WriteAt([]byte(line+"\n"), l.end); err != nil {
		return err
	}
	l.end += int64(len(line)) + 1
	return nil
}
