package bolt

import (
	"bytes"
	"encoding/binary"
	"time"

	"sgraph.ai/send/shared/send"
)

// A record is kept as its format, one byte, then version, count, limit, expiry
// and purge as varints, the state behind its length, and the data to the end.
// Times are milliseconds since 1970, 0 for never. Its key is the row's.
const format = 1

func encode(r send.Record) []byte {
	b := make([]byte, 0, 48+len(r.State)+len(r.Data))
	b = append(b, format)
	for _, n := range []int64{r.Version, r.Count, r.Limit, millis(r.Expires), millis(r.Purge), int64(len(r.State))} {
		b = binary.AppendVarint(b, n)
	}
	b = append(b, r.State...)
	return append(b, r.Data...)
}

// decode copies all it takes from b, which may be of a memory map.
func decode(k send.Key, b []byte) (send.Record, error) {
	unreadable := func() (send.Record, error) {
		return send.Record{}, send.Fail(send.Internal, "a record of the ledger cannot be read")
	}
	if len(b) == 0 || b[0] != format {
		return unreadable()
	}
	b = b[1:]
	var n [6]int64
	for i := range n {
		var width int
		if n[i], width = binary.Varint(b); width <= 0 {
			return unreadable()
		}
		b = b[width:]
	}
	if n[5] < 0 || n[5] > int64(len(b)) {
		return unreadable()
	}
	return send.Record{
		Key: k, Version: n[0], Count: n[1], Limit: n[2], Expires: moment(n[3]), Purge: moment(n[4]),
		State: string(b[:n[5]]), Data: bytes.Clone(b[n[5]:]),
	}, nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
