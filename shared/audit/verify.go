package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Verified is what an exported chain holds.
type Verified struct {
	Begin, End Link // the link before its first batch, and its last
	Batches    int
	Events     int64
}

// Broken is the first place at which an exported chain is not what was kept.
type Broken struct {
	Line int // of the file, from 1; 0 = none
	What string
}

func (b *Broken) Error() string {
	if b.Line == 0 {
		return b.What
	}
	return fmt.Sprintf("line %d: %s", b.Line, b.What)
}

// Verify reads what [Trail.Export] wrote and returns what it holds, or, as
// *Broken, where it was changed first. Each of heads is the hash of a link that
// somebody wrote down, and must be in the file: without one, whoever can write
// the ledger and the store can make a chain anew.
func Verify(r io.Reader, heads ...string) (Verified, error) {
	v := verifier{in: bufio.NewReader(r), heads: slices.Clone(heads)}
	if err := v.file(); err != nil {
		return v.found, err
	}
	if len(v.heads) > 0 {
		return v.found, &Broken{0, fmt.Sprintf("no batch has the hash %s, which was written down: what was kept until "+
			"then was changed, or it is of another time", v.heads[0])}
	}
	return v.found, nil
}

type verifier struct {
	in    *bufio.Reader
	at    int // number of the line that was read last
	heads []string
	found Verified
	last  Link // the batch before
}

// maxLine bounds a line, in bytes: an event is much shorter.
const maxLine = 64 << 10

// line reads a line, with its end. io.EOF where there is none.
func (v *verifier) line() ([]byte, error) {
	var line []byte
	for {
		some, err := v.in.ReadSlice('\n')
		line = append(line, some...)
		switch {
		case err == nil:
			v.at++
			return line, nil
		case len(line) > maxLine:
			v.at++
			return nil, v.broken("the line is longer than any that was written")
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			v.at++
			return nil, v.broken("the line breaks off")
		default:
			return nil, err
		}
	}
}

func (v *verifier) broken(format string, args ...any) error {
	return &Broken{v.at, fmt.Sprintf(format, args...)}
}

func (v *verifier) file() error {
	line, err := v.line()
	var first struct {
		Begin *Link `json:"begin"`
	}
	if errors.Is(err, io.EOF) || err == nil && (json.Unmarshal(line, &first) != nil || first.Begin == nil) {
		v.at = 1
		return v.broken("this is no exported chain: it has no beginning")
	}
	if err != nil {
		return err
	}
	v.found.Begin, v.last = *first.Begin, *first.Begin
	v.saw(v.last.Hash)
	line, err = v.line()
	for err == nil {
		var l struct {
			End   *Link  `json:"end"`
			Stray string `json:"stray"`
			header
		}
		switch bad := json.Unmarshal(line, &l); {
		case bad == nil && l.Format == format:
			line, err = v.batch(line, l.header)
		case bad == nil && l.End != nil:
			return v.end(*l.End)
		case bad == nil && l.Stray != "":
			return v.broken("the object %q was inserted: no writer of the trail made it", l.Stray)
		default:
			return v.broken("batch %d was changed: a line that is none of its own follows its events", v.last.Seq)
		}
	}
	return v.cut(err)
}

// batch reads the events of a batch and returns the line behind them.
func (v *verifier) batch(first []byte, h header) (next []byte, err error) {
	switch {
	case h.Seq > v.last.Seq+1:
		return nil, v.broken("%s", missing(v.last.Seq+1, h.Seq-1))
	case h.Seq <= v.last.Seq:
		return nil, v.broken("batch %d stands here, where batch %d belongs: it was inserted or moved", h.Seq, v.last.Seq+1)
	case h.Prev != v.last.Hash:
		return nil, v.changed(h.Seq)
	}
	content := slices.Clone(first)
	for range h.Events {
		if next, err = v.line(); err != nil {
			return nil, v.cut(err)
		}
		var e Event
		if json.Unmarshal(next, &e) != nil || e.Kind == "" {
			return nil, v.broken("batch %d was changed: this is no event, and it should have %d", h.Seq, h.Events)
		}
		v.found.Events += e.Times()
		content = append(content, next...)
	}
	v.last = Link{Seq: h.Seq, Hash: hashOf(content), Time: h.Time}
	v.found.Batches++
	v.saw(v.last.Hash)
	next, err = v.line()
	return next, err
}

// cut makes the end of the file, where there should be more, what it is.
func (v *verifier) cut(err error) error {
	if errors.Is(err, io.EOF) {
		return v.broken("the file breaks off here: fetch it again")
	}
	return err
}

// changed says that a batch does not go on from the one before.
func (v *verifier) changed(seq int64) error {
	if v.found.Batches == 0 {
		return v.broken("batch %d was changed: it does not go on from what the ledger says was before it", seq)
	}
	return v.broken("batch %d, before this line, or the beginning of batch %d was changed", v.last.Seq, seq)
}

func missing(from, to int64) string {
	if from == to {
		return fmt.Sprintf("batch %d was removed, or moved, from here", from)
	}
	return fmt.Sprintf("batches %d to %d were removed, or moved, from here", from, to)
}

// end compares the last batch with what the ledger says was the last.
func (v *verifier) end(end Link) error {
	switch {
	case end.Seq > v.last.Seq:
		return v.broken("%s", missing(v.last.Seq+1, end.Seq))
	case end.Seq < v.last.Seq:
		return v.broken("batch %d was inserted: the ledger says that batch %d is the last", end.Seq+1, end.Seq)
	case end.Hash != v.last.Hash:
		return v.broken("batch %d, before this line, was changed", v.last.Seq)
	}
	v.found.End = end
	if line, err := v.line(); err == nil {
		return v.broken("something follows the end: %.40q", line)
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// saw strikes a hash off those that must be there.
func (v *verifier) saw(hash string) {
	v.heads = slices.DeleteFunc(v.heads, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), hash) })
}
