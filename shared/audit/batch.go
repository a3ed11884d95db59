package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sgraph.ai/send/shared/send"
)

// MaxBatch is how many events are handed over, and kept, at once.
const MaxBatch = 100

// Prefix begins the key of everything that the trail keeps.
const Prefix = "audit/"

const (
	// root begins the key of every batch; the hour in which its events
	// happened follows.
	root = Prefix + "data/temporal/"
	day  = "2006/01/02/"
	hour = day + "15/"

	daily = 24 * time.Hour
)

// header is the first line of a batch; its events follow, one a line.
type header struct {
	Format int       `json:"chain"` // 1
	Seq    int64     `json:"seq"`   // 1 for the first of the chain, one more for each
	Time   time.Time `json:"time"`  // when it was kept, and not a little before the one before it
	Prev   string    `json:"prev"`  // hash of the one before; "" = there is none
	Events int       `json:"events"`
}

// format is the form of batches.
const format = 1

// encode returns the batch as it is kept.
func encode(h header, events []Event) ([]byte, error) {
	h.Format, h.Events = format, len(events)
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	if err := lines.Encode(h); err != nil {
		return nil, err
	}
	for _, e := range events {
		if err := lines.Encode(e); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// decode returns the events of an object: of a batch, or of what was kept
// before there were any, an event each.
func decode(content []byte) ([]Event, error) {
	var h header
	lines := json.NewDecoder(bytes.NewReader(content))
	if err := json.Unmarshal(firstLine(content), &h); err == nil && h.Format == format {
		_ = lines.Decode(new(json.RawMessage))
	}
	var events []Event
	for lines.More() {
		var e Event
		if err := lines.Decode(&e); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

func firstLine(content []byte) []byte {
	line, _, _ := bytes.Cut(content, []byte("\n"))
	return line
}

// hashOf is what the next batch holds of this one.
func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// place is what the key of an object says of it.
type place struct {
	key         string
	first, last string // the times of its events, as idOfTime writes them
	chained     bool   // a batch, and not an event that was kept by itself
	seq         int64
	kept        time.Time

	// Of an event that was kept by itself:
	id      string
	kind    Kind
	outcome Outcome
}

// keyOf returns the key of a batch: under the hour of its events, of which it
// says from when to when they are, then its number and when it was kept.
func keyOf(h header, events []Event) string {
	first, last := events[0].Time, events[0].Time
	for _, e := range events {
		if e.Time.Before(first) {
			first = e.Time
		}
		if e.Time.After(last) {
			last = e.Time
		}
	}
	return root + first.UTC().Format(hour) +
		fmt.Sprintf("%s-%s-%016x-%s.ndjson", idOfTime(first), idOfTime(last), h.Seq, idOfTime(h.Time))
}

// placeOf reads a key.
func placeOf(key string) (p place, ok bool) {
	p.key = key
	name := key[strings.LastIndexByte(key, '/')+1:]
	if name, ok := strings.CutSuffix(name, ".ndjson"); ok {
		parts := strings.Split(name, "-")
		if len(parts) != 4 {
			return p, false
		}
		seq, err := strconv.ParseInt(parts[2], 16, 64)
		kept, ok := timeOf(parts[3])
		_, okFirst := timeOf(parts[0])
		_, okLast := timeOf(parts[1])
		p.first, p.last, p.chained, p.seq, p.kept = parts[0], parts[1], true, seq, kept
		return p, err == nil && ok && okFirst && okLast
	}
	parts := strings.Split(name, ".")
	if len(parts) != 4 || parts[3] != "json" {
		return p, false
	}
	p.id, p.kind, p.outcome = parts[0], Kind(parts[1]), Outcome(parts[2])
	p.first, _, _ = strings.Cut(p.id, "-")
	p.last = p.first
	at, ok := timeOf(p.first)
	p.kept = at
	return p, ok
}

func unreadable(err error) error {
	return send.Because(send.Unavailable, err, "a batch of the trail cannot be read")
}
