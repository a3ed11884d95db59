package lambdahttp

import (
	"bytes"
	"encoding/json"
	"strings"
)

// scanner walks JSON that is known to be valid, so it checks nothing.
type scanner struct {
	data []byte
	pos  int
}

// next moves to the next byte that is no space and returns it, 0 at the end.
func (s *scanner) next() byte {
	for ; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// members calls f for each member of the object here. f takes the value. What
// is no object is passed over.
func (s *scanner) members(f func(name []byte)) {
	if s.next() != '{' {
		s.skip()
		return
	}
	for s.pos++; s.next() != '}'; {
		name := s.text().raw()
		s.next()
		s.pos++ // the colon
		s.next()
		f(name)
		if s.next() == ',' {
			s.pos++
		}
	}
	s.pos++
}

// elements calls f for each element of the array here. f takes the value. What
// is no array is passed over.
func (s *scanner) elements(f func()) {
	if s.next() != '[' {
		s.skip()
		return
	}
	for s.pos++; s.next() != ']'; {
		f()
		if s.next() == ',' {
			s.pos++
		}
	}
	s.pos++
}

// text is a JSON string in the event's own bytes, with its quotes.
type text struct {
	quoted  []byte
	escaped bool
}

// raw returns the bytes between the quotes.
func (t text) raw() []byte {
	if len(t.quoted) < 2 {
		return nil
	}
	return t.quoted[1 : len(t.quoted)-1]
}

func (t text) String() string {
	if !t.escaped {
		return string(t.raw())
	}
	var s string
	_ = json.Unmarshal(t.quoted, &s) // valid, being a part of what is valid
	return s
}

// text takes the string here. What is no string is passed over and empty.
func (s *scanner) text() (t text) {
	if s.next() != '"' {
		s.skip()
		return t
	}
	begin := s.pos
	s.pos++
	end := -1 // the next quote
	for {
		if end < s.pos {
			end = s.pos + bytes.IndexByte(s.data[s.pos:], '"')
		}
		escape := bytes.IndexByte(s.data[s.pos:end], '\\')
		if escape < 0 {
			break
		}
		t.escaped = true
		s.pos += escape + 2
	}
	s.pos = end + 1
	t.quoted = s.data[begin:s.pos]
	return t
}

// skip passes over the value here.
func (s *scanner) skip() {
	switch s.next() {
	case '"':
		s.text()
	case '{':
		s.members(func([]byte) { s.skip() })
	case '[':
		s.elements(s.skip)
	default:
		for s.pos < len(s.data) && strings.IndexByte(",]} \t\r\n", s.data[s.pos]) < 0 {
			s.pos++
		}
	}
}
