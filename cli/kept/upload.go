package kept

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
)

// Upload is an upload that a folder keeps, locked for this process. It is the
// [client.Journal] of what is sent.
//
// It is one file, which only its owner can read, since it has the key: lines that
// are only ever added, so that a process can end at any moment. Unlike what is
// kept of a download it must not lose a line: what it says of a segment is why
// another content does not go out under its nonce. So a last line without its end
// is as if it were not there, since what it was about has not left; and a file
// with anything else in it that is no line is not believed at all. The lines,
// after the first:
//
//	of {json}        what is sent: an About
//	upload {json}    a client.Upload
//	tags N TAGS      of the segments from number N on (hex)
//	completed        all has arrived
type Upload struct {
	lines
	path string

	about     About
	upload    client.Upload
	tags      []envelope.Tag
	completed bool
}

// About says what is sent, for who looks for it.
type About struct {
	Server string `json:"server"`
	Path   string `json:"path"`             // absolute
	Others string `json:"others,omitempty"` // what goes with it, as it is typed; "" = nothing
}

const (
	uploadTitle = "sgsend upload 2"
	ofUpload    = ".upload"
)

// ErrSending says that another process is at an upload.
var ErrSending = errors.New("another sgsend is sending this")

// StateFolder is where uploads and requests are kept: a folder of this user's, of what programs
// know from one run to the next.
func StateFolder() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "sgsend"), nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		dir, err := os.UserConfigDir()
		return filepath.Join(dir, "sgsend", "uploads"), err
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "sgsend"), err
}

// OpenUpload opens what a folder keeps of the sending of a file to a service with
// these options, or begins to keep it. What is too old of others is removed.
// ErrSending.
func OpenUpload(dir string, of About, options ...string) (*Upload, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	ClearUploads(dir)
	u, err := openUpload(filepath.Join(dir, name(of, options)+ofUpload))
	if err != nil {
		return nil, err
	}
	if u.about != of {
		u.reset()
		u.about = of
	}
	return u, nil
}

// name is that of the file for what is sent so: by what decides on it, and telling
// nothing.
func name(of About, options []string) string {
	if of.Others != "" {
		options = append([]string{"with " + of.Others}, options...)
	}
	text, err := json.Marshal(append([]string{of.Server, of.Path}, options...))
	if err != nil {
		panic(err) // texts always encode
	}
	sum := sha256.Sum256(text)
	return prefix + hex.EncodeToString(sum[:12])
}

// openUpload opens one file.
func openUpload(path string) (*Upload, error) {
	f, err := openOwn(path)
	switch {
	case errors.Is(err, ErrBusy):
		return nil, ErrSending
	case errors.Is(err, errNotOwn):
		return nil, fmt.Errorf("%s is %w: delete it", path, err)
	case err != nil:
		return nil, err
	}
	u := &Upload{lines: lines{file: f}, path: path}
	if err := u.read(); err != nil {
		f.Close()
		return nil, err
	}
	return u, nil
}

// read reads the lines, or nothing where they are not all lines of it.
func (u *Upload) read() error {
	info, err := u.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > mostJournal {
		u.reset()
		return nil
	}
	r := bufio.NewReaderSize(u.file, 1<<16)
	for n := 0; ; n++ {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			return u.file.Truncate(u.end)
		}
		if err != nil {
			return err
		}
		if n == 0 && line != uploadTitle+"\n" || n > 0 && !u.apply(strings.TrimSuffix(line, "\n")) {
			u.reset()
			return nil
		}
		u.end += int64(len(line))
	}
}

// reset forgets all.
func (u *Upload) reset() { *u = Upload{lines: lines{file: u.file}, path: u.path} }

// apply takes one line, and says whether it is one.
func (u *Upload) apply(line string) bool {
	name, rest, _ := strings.Cut(line, " ")
	switch name {
	case "of":
		return u.about == About{} && json.Unmarshal([]byte(rest), &u.about) == nil
	case "upload":
		return u.upload.ID == "" && json.Unmarshal([]byte(rest), &u.upload) == nil && u.upload.ID != ""
	case "tags":
		return u.upload.ID != "" && u.applyTags(rest)
	case "completed":
		u.completed = true
		return rest == "" && u.upload.ID != ""
	}
	return false
}

func (u *Upload) applyTags(text string) bool {
	first, tags, _ := strings.Cut(text, " ")
	if n, err := strconv.Atoi(first); err != nil || n != len(u.tags) {
		return false
	}
	b, err := hex.DecodeString(tags)
	if err != nil || len(b) == 0 || len(b)%len(envelope.Tag{}) != 0 {
		return false
	}
	for ; len(b) > 0; b = b[len(envelope.Tag{}):] {
		u.tags = append(u.tags, envelope.Tag(b))
	}
	return true
}

// Load is of [client.Journal].
func (u *Upload) Load() (client.Upload, []envelope.Tag, bool, bool) {
	return u.upload, u.tags, u.completed, u.upload.ID != ""
}

// Begin is of [client.Journal].
func (u *Upload) Begin(upload client.Upload) error {
	about := u.about
	u.reset()
	u.about, u.upload = about, upload
	if err := u.begin(uploadTitle); err != nil {
		return err
	}
	for _, line := range []struct {
		name string
		of   any
	}{{"of", about}, {"upload", upload}} {
		text, err := json.Marshal(line.of)
		if err != nil {
			return err
		}
		if err := u.write(line.name + " " + string(text)); err != nil {
			return err
		}
	}
	if err := u.file.Sync(); err != nil {
		return err
	}
	syncFolder(filepath.Dir(u.path))
	return nil
}

// Add is of [client.Journal].
func (u *Upload) Add(tags []envelope.Tag) error {
	text := []byte(fmt.Sprintf("tags %d ", len(u.tags)))
	for _, tag := range tags {
		text = hex.AppendEncode(text, tag[:])
	}
	if err := u.write(string(text)); err != nil {
		return err
	}
	u.tags = append(u.tags, tags...)
	return u.file.Sync()
}

// Completed is of [client.Journal].
func (u *Upload) Completed() error {
	u.completed = true
	if err := u.write("completed"); err != nil {
		return err
	}
	return u.file.Sync()
}

// Drop is of [client.Journal]. What was begun is forgotten, and the place kept for what
// is begun next.
func (u *Upload) Drop() {
	about := u.about
	u.reset()
	u.about = about
	_ = u.file.Truncate(0)
	_ = u.file.Sync()
}

// Remove ends the keeping: the link was told, or nothing is to be gone on with.
func (u *Upload) Remove() {
	u.Drop() // who waits for it finds nothing
	os.Remove(u.path)
	u.file.Close()
	os.Remove(u.path) // where what is open cannot be removed
}

// Close leaves what there is to keep.
func (u *Upload) Close() {
	if u.upload.ID == "" {
		u.Remove()
		return
	}
	u.file.Close()
}

// About returns what is sent.
func (u *Upload) About() About { return u.about }

// Left returns how many bytes of the sealed file have left at most: what may have
// arrived.
func (u *Upload) Left() int64 { return min(int64(len(u.tags))<<20, u.upload.Size) }

// Uploads opens all uploads that a folder keeps; busy is how many others are being
// sent just now.
func Uploads(dir string) (all []*Upload, busy int) {
	for _, path := range uploadsIn(dir) {
		u, err := openUpload(path)
		switch {
		case errors.Is(err, ErrSending):
			busy++
		case err != nil:
		case u.upload.ID == "" || u.upload.Stale(time.Now(), u.completed):
			u.Remove()
		default:
			all = append(all, u)
		}
	}
	return all, busy
}

func uploadsIn(dir string) []string {
	found, _ := filepath.Glob(filepath.Join(escaped(dir), prefix+"*"+ofUpload))
	return found
}

// ClearUploads removes from a folder what is kept there of uploads that cannot be
// gone on with any more.
func ClearUploads(dir string) {
	for _, path := range uploadsIn(dir) {
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() || time.Since(info.ModTime()) < client.Abandoned {
			continue
		}
		u, err := openUpload(path)
		switch {
		case err != nil:
		case u.upload.Stale(time.Now(), u.completed):
			u.Remove()
		default:
			u.Close()
		}
	}
}
