package bolt

import (
	"reflect"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// FuzzRecord: whatever stands in a row, it is a record that is written as it
// was read, or refused.
func FuzzRecord(f *testing.F) {
	moment := time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, r := range []send.Record{
		{},
		{Version: 1, Count: 2, Limit: 3, State: "completed", Expires: moment, Purge: moment, Data: []byte(`{"a":1}`)},
		{Version: -1, Count: -1 << 63, Limit: 1<<63 - 1, State: "\x00\xff", Data: []byte{0}},
	} {
		f.Add(encode(r))
	}
	f.Add([]byte{})
	f.Add([]byte{format})
	f.Add([]byte{2, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{format, 0, 0, 0, 0, 0, 1})                                               // a length below 0
	f.Add([]byte{format, 0, 0, 0, 0, 0, 200, 1, 'x'})                                     // a state that is cut off
	f.Add([]byte{format, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0}) // a number without an end
	key := send.Key{Set: "set", ID: "id"}
	f.Fuzz(func(t *testing.T, row []byte) {
		r, err := decode(key, row)
		if err != nil {
			if send.CodeOf(err) != send.Internal || !reflect.DeepEqual(r, send.Record{}) {
				t.Errorf("%x is refused by %v, with %+v", row, err, r)
			}
			return
		}
		again, err := decode(key, encode(r))
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%x is %+v, and written and read again %+v, %v", row, r, again, err)
		}
		if r.Key != key || len(r.State)+len(r.Data) > len(row) {
			t.Errorf("%x is %+v", row, r)
		}
	})
}
