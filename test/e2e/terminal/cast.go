package terminal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Cast is what a terminal was sent, and when.
// https://docs.asciinema.org/manual/asciicast/v2/
type Cast struct {
	Width, Height int
	Title         string
	Events        []Event
}

// Event is some of it, at seconds after the beginning.
type Event struct {
	At   float64
	Text string
}

type header struct {
	Version int    `json:"version"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Title   string `json:"title"`
}

// Write writes the lines of a cast.
func (c Cast) Write(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	err := out.Encode(header{2, c.Width, c.Height, c.Title})
	for _, e := range c.Events {
		err = errors.Join(err, out.Encode([]any{json.Number(fmt.Sprintf("%.2f", e.At)), "o", e.Text}))
	}
	return err
}

// ReadCast reads what Write wrote.
func ReadCast(r io.Reader) (c Cast, err error) {
	lines := bufio.NewScanner(r)
	if !lines.Scan() {
		return c, errors.New("the recording is empty")
	}
	var h header
	if err := json.Unmarshal(lines.Bytes(), &h); err != nil || h.Version != 2 {
		return c, fmt.Errorf("this is no recording of version 2: %w", err)
	}
	c = Cast{Width: h.Width, Height: h.Height, Title: h.Title}
	for lines.Scan() {
		var e Event
		var kind string
		if err := json.Unmarshal(lines.Bytes(), &[]any{&e.At, &kind, &e.Text}); err != nil || kind != "o" {
			return c, fmt.Errorf("line %d of the recording is no output: %w", len(c.Events)+2, err)
		}
		c.Events = append(c.Events, e)
	}
	return c, lines.Err()
}
