package kept

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"sgraph.ai/send/cli/client"
)

// journal is what is known of a download, in lines that are only ever added, so
// that a process can end at any moment: a last line without its end is as if it
// were not there. The lines, after the first:
//
//	claim {json}     a client.Claim; "claim {}" is none
//	sealed           the part holds the sealed file as it came
//	opened HEAD      it holds the content of a file of version 2, which begins with HEAD (base64)
//	meta ENVELOPE    what stands before that content in the first segment (base64)
//	chunk N PROOF    N bytes more are in the part, of which PROOF (hex) is a hash, or a segment's tag
//	last N PROOF     and these are the last
//	back N           only the first N chunks count
//	name NAME        the content is about to get that name in the folder (base64)
type journal struct {
	lines
	mu sync.Mutex // of adding: a claim can be saved while what came is kept

	claim    client.Claim
	form     form
	head     []byte
	envelope []byte
	chunks   []chunk
	name     string // "" before the content is to get one
}

// form is what the part holds.
type form string

const (
	nothing form = ""
	sealed  form = "sealed"
	opened  form = "opened"
)

// chunk is a part of what has arrived.
type chunk struct {
	size  int64
	last  bool
	proof [16]byte
}

const (
	title       = "sgsend download 1"
	mostJournal = 256 << 20 // bytes: some TiB of a file
)

// read reads the journal, and cuts off what is no line of it.
func (j *journal) read() error {
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > mostJournal {
		return j.reset()
	}
	if _, err := j.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r := bufio.NewReader(j.file)
	for n := 0; ; n++ {
		line, err := r.ReadString('\n')
		if err != nil || n == 0 && line != title+"\n" || n > 0 && !j.apply(strings.TrimSuffix(line, "\n")) {
			break
		}
		j.end += int64(len(line))
	}
	if j.end == 0 {
		return j.reset()
	}
	return j.file.Truncate(j.end)
}

// reset begins the journal anew.
func (j *journal) reset() error {
	*j = journal{lines: lines{file: j.file}}
	return j.begin(title)
}

// apply takes one line, and says whether it is one.
func (j *journal) apply(line string) bool {
	name, rest, _ := strings.Cut(line, " ")
	switch name {
	case "claim":
		var claim client.Claim
		d := json.NewDecoder(strings.NewReader(rest))
		if d.Decode(&claim) != nil {
			return false
		}
		j.claim = claim
	case "sealed":
		j.holds(sealed, nil)
	case "opened":
		head, err := base64.StdEncoding.DecodeString(rest)
		if err != nil {
			return false
		}
		j.holds(opened, head)
	case "meta":
		envelope, err := base64.StdEncoding.DecodeString(rest)
		if err != nil {
			return false
		}
		j.envelope = envelope
	case "chunk", "last":
		return j.applyChunk(rest, name == "last")
	case "back":
		n, err := strconv.Atoi(rest)
		if err != nil || n < 0 || n > len(j.chunks) {
			return false
		}
		j.chunks = j.chunks[:n]
	case "name":
		name, err := base64.StdEncoding.DecodeString(rest)
		if err != nil {
			return false
		}
		j.name = string(name)
	default:
		return false
	}
	return true
}

// holds forgets what was known of the content.
func (j *journal) holds(form form, head []byte) {
	j.form, j.head, j.envelope, j.chunks, j.name = form, head, nil, nil, ""
}

func (j *journal) applyChunk(text string, last bool) bool {
	size, proof, _ := strings.Cut(text, " ")
	n, err := strconv.ParseInt(size, 10, 32)
	if err != nil || n < 0 {
		return false
	}
	c := chunk{size: n, last: last}
	if b, err := hex.DecodeString(proof); err != nil || copy(c.proof[:], b) != len(c.proof) {
		return false
	}
	j.chunks = append(j.chunks, c)
	return true
}

// add writes a line and takes it.
func (j *journal) add(name, rest string) error {
	line := strings.TrimSpace(name + " " + rest)
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.apply(line) {
		return fmt.Errorf("%q is no line of the journal", name)
	}
	return j.write(line)
}

func (j *journal) addClaim(claim client.Claim) error {
	var text bytes.Buffer
	if err := json.NewEncoder(&text).Encode(claim); err != nil {
		return err
	}
	if err := j.add("claim", text.String()); err != nil {
		return err
	}
	return j.file.Sync() // it was counted, and is nowhere else
}

func (j *journal) addChunk(c chunk) error {
	name := "chunk"
	if c.last {
		name = "last"
	}
	return j.add(name, fmt.Sprintf("%d %x", c.size, c.proof))
}

func (j *journal) addOpened(head []byte) error {
	return j.add("opened", base64.StdEncoding.EncodeToString(head))
}

func (j *journal) addMeta(envelope []byte) error {
	return j.add("meta", base64.StdEncoding.EncodeToString(envelope))
}

func (j *journal) addName(name string) error {
	if err := j.add("name", base64.StdEncoding.EncodeToString([]byte(name))); err != nil {
		return err
	}
	return j.file.Sync() // before the name is there
}

func (j *journal) goBack(chunks int) error {
	if chunks == len(j.chunks) {
		return nil
	}
	return j.add("back", strconv.Itoa(chunks))
}
