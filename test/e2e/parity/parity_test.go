package parity

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"testing"
	"time"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/nightly"
)

// question is a thing to be read.
type question struct {
	What   string `json:"what"`
	Key    []byte `json:"key,omitempty"`
	Sealed []byte `json:"sealed,omitempty"`
	Piece  int    `json:"piece,omitempty"` // bytes that arrive at a time
	Text   string `json:"text"`

	plain []byte // what was sealed
}

// answer is what was read of it.
type answer struct {
	OK      bool            `json:"ok"`
	Name    string          `json:"name,omitempty"`
	Content string          `json:"content,omitempty"` // SHA-256
	Label   *envelope.Label `json:"label,omitempty"`
	Link    *linkRead       `json:"link,omitempty"`
	Error   string          `json:"error,omitempty"` // in the reader's own words: not compared
}

type linkRead struct {
	Origin   string `json:"origin"`
	ID       string `json:"id"`
	Key      string `json:"key"`
	Friendly string `json:"friendly"`
	Reason   string `json:"reason"`
}

// read answers in Go.
func (q question) read() (a answer) {
	switch q.What {
	case "file":
		meta, content, err := envelope.Decrypt(bytes.NewReader(q.Sealed), envelope.Key(q.Key))
		h := sha256.New()
		if err == nil {
			_, err = io.Copy(h, content)
		}
		if err != nil {
			return answer{Error: err.Error()}
		}
		return answer{OK: true, Name: meta.Filename, Content: hex.EncodeToString(h.Sum(nil))}
	case "label":
		l, err := envelope.OpenLabel(envelope.Key(q.Key), q.Sealed)
		if err != nil {
			return answer{Error: err.Error()}
		}
		return answer{OK: true, Label: &l}
	}
	l, err := envelope.ParseLink(q.Text)
	read := linkRead{Reason: string(send.ReasonOf(err))}
	if err == nil {
		read = linkRead{Origin: l.Origin, ID: l.ID, Friendly: l.Friendly}
		if l.HasKey {
			read.Key = l.Key.String()
		}
		if l.Friendly != "" {
			read.ID = ""
		}
	}
	return answer{OK: true, Link: &read}
}

// node starts a reader in JavaScript and returns what asks it.
func node(t *testing.T) func(question) answer {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		const why = "NOT TESTED: that the pages read what Go reads, because node is not on the PATH"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		fmt.Fprintln(os.Stderr, why)
		t.Skip(why)
	}
	cmd := exec.CommandContext(context.Background(), path, "read.mjs") // it ends with its input
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("node: %v\n%s", err, &said)
		}
	})
	answers := bufio.NewReader(out)
	return func(q question) (a answer) {
		t.Helper()
		if _, err := in.Write(asJSON(q)); err != nil {
			t.Fatalf("node takes no more: %v\n%s", err, &said)
		}
		line, err := answers.ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &a)
		}
		if err != nil {
			t.Fatalf("node says %q: %v\n%s", line, err, &said)
		}
		return a
	}
}

// compare asks both readers questions of one kind, and returns how many of them were
// answered with something that was read.
func compare(t *testing.T, n int, ask func(r *rand.Rand) question) {
	t.Helper()
	asked := node(t)
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("SEND_TEST_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("SEND_TEST_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	read, refused := 0, 0
	for i := range n {
		q := ask(r)
		inGo, inJS := q.read(), asked(q)
		if inGo.OK {
			read++
		} else {
			refused++
		}
		goSays, jsSays := inGo.Error, inJS.Error
		inGo.Error, inJS.Error = "", ""
		if !reflect.DeepEqual(inGo, inJS) {
			t.Fatalf("%d, seed %d: of %s\nGo reads %s %s\nJS reads %s %s",
				i, seed, shown(q), asJSON(inGo), goSays, asJSON(inJS), jsSays)
		}
	}
	if read < n/10 {
		t.Errorf("only %d of %d could be read: there is little to compare", read, n)
	}
	t.Logf("%d read, %d refused", read, refused)
}

// shown is a question as a person can look at it: of a label and a small file what was
// sealed, where that opens.
func shown(q question) string {
	const most = 3000
	s := q.Text
	switch {
	case q.plain != nil:
		s = strconv.QuoteToASCII(string(q.plain))
	case s == "":
		s = fmt.Sprintf("%d bytes", len(q.Sealed))
	}
	return s[:min(len(s), most)]
}

func TestFiles(t *testing.T) {
	t.Parallel()
	compare(t, nightly.Or(3000, 100_000), func(r *rand.Rand) question {
		key := random(r, 32)
		plain, sealed := file(r, key)
		if r.IntN(50) == 0 {
			key = random(r, 32)
		}
		return question{What: "file", Key: key, Sealed: sealed, Piece: pick(r, 1<<20, 65536, 1000, 17*1024), plain: plain}
	})
}

func TestLabels(t *testing.T) {
	t.Parallel()
	compare(t, nightly.Or(3000, 100_000), func(r *rand.Rand) question {
		key := random(r, 32)
		plain, sealed := label(r, key)
		return question{What: "label", Key: key, Sealed: sealed, plain: plain}
	})
}

func TestLinks(t *testing.T) {
	t.Parallel()
	compare(t, nightly.Or(5000, 200_000), func(r *rand.Rand) question {
		return question{What: "link", Text: link(r)}
	})
}
