package wire

import (
	"encoding/json"
	"time"
)

// Time is a time as the user service's clients know it: ISO 8601 with
// microseconds and a numeric zone. A zero one is written as any other; an
// empty text is read as a zero one.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000000-07:00"

// MarshalJSON writes the time in UTC.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.UTC().Format(timeLayout)) }

// UnmarshalJSON reads every form of RFC 3339. What is none is a zero time:
// other services say less of it.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	t.Time, _ = time.Parse(time.RFC3339, s)
	return nil
}
