package user

import (
	"time"

	"sgraph.ai/send/shared/send"
)

// mostHeld bounds, in bytes, the bodies that are held in memory at the same time
// because they can be read only as a whole: what clients send that can send text
// only, and the lists of parts. What is made of them takes twice as much again. More
// than that is refused for the moment, so that whoever sends many of them, or slowly,
// is in the way of those alone who send such bodies, too.
const mostHeld = 24 << 20

// hold makes room for a body of that many bytes, to be given back. Limited.
func (s *Service) hold(size int64) (release func(), err error) {
	if !s.held.TryAcquire(size) {
		return nil, &send.Error{
			Code: send.Limited, RetryAfter: 2 * time.Second,
			Message: "too many such uploads come at once; send the bytes as they are, or try again",
		}
	}
	return func() { s.held.Release(size) }, nil
}
