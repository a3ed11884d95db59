package terminal

import (
	"fmt"
	"slices"
	"strings"
)

// span is a text in one row for as long as it stands there.
type span struct {
	row      int
	text     string
	from, to float64 // in seconds; to < 0: to the end
}

// screen is as much of a terminal as sgsend asks for: lines, the way back to the
// beginning of one, and its removal from there on.
type screen struct {
	width, column int
	rows          [][]rune
}

// spans plays a cast, and answers what stood where, in the order in which it came.
func (c Cast) spans() (all []span, err error) {
	s := screen{width: c.Width, rows: [][]rune{nil}}
	standing := map[int]int{} // row to index in all
	for _, e := range c.Events {
		if err := s.take(e.Text); err != nil {
			return nil, err
		}
		for row, runes := range s.rows {
			text := strings.TrimRight(string(runes), " ")
			i, ok := standing[row]
			if ok && all[i].text == text || !ok && text == "" {
				continue
			}
			if ok {
				all[i].to = e.At
				delete(standing, row)
			}
			if text != "" {
				standing[row] = len(all)
				all = append(all, span{row, text, e.At, -1})
			}
		}
	}
	if used := len(s.rows); used > c.Height {
		return nil, fmt.Errorf("%d lines do not stand on a terminal of %d", used, c.Height)
	}
	// What came and went at once, nobody has seen.
	return slices.DeleteFunc(all, func(s span) bool { return s.from == s.to }), nil
}

// left is what stands on the terminal at the end, row by row.
func left(all []span) (rows []string) {
	for _, s := range all {
		if s.to < 0 {
			rows = append(rows, make([]string, max(0, s.row+1-len(rows)))...)
			rows[s.row] = s.text
		}
	}
	return rows
}

func (s *screen) take(text string) error {
	for text != "" {
		if rest, ok := strings.CutPrefix(text, "\x1b[K"); ok {
			row := &s.rows[len(s.rows)-1]
			*row, text = (*row)[:min(s.column, len(*row))], rest
			continue
		}
		r := []rune(text)[0]
		text = text[len(string(r)):]
		switch {
		case r == '\r':
			s.column = 0
		case r == '\n':
			s.rows = append(s.rows, nil)
		case r < ' ':
			return fmt.Errorf("the terminal was told %q, which it does not know", string(r)+text)
		default:
			s.put(r)
		}
	}
	return nil
}

func (s *screen) put(r rune) {
	if s.column == s.width {
		s.rows, s.column = append(s.rows, nil), 0
	}
	row := &s.rows[len(s.rows)-1]
	for len(*row) <= s.column {
		*row = append(*row, ' ')
	}
	(*row)[s.column] = r
	s.column++
}
