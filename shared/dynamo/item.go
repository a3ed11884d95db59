package dynamo

import (
	"bytes"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"sgraph.ai/send/shared/dynamo/table"
	"sgraph.ai/send/shared/send"
)

// attributes is an item as DynamoDB has it:
//
//	pk, sk  S  set and ID
//	v       N  version
//	state   S
//	cnt     N  count
//	lim     N  limit; absent = none
//	exp     N  expiry in milliseconds since 1970; absent = never
//	ttl     N  purge in seconds since 1970; absent = never
//	data    B  absent = empty
//	w       B  identifier of the last write
type attributes = map[string]types.AttributeValue

func itemKey(k send.Key) attributes {
	return attributes{table.PartitionKey: text(k.Set), table.SortKey: text(k.ID)}
}

func item(r send.Record, id writeID) attributes {
	it := optional(r)
	it[table.PartitionKey], it[table.SortKey] = text(r.Key.Set), text(r.Key.ID)
	it["v"], it["cnt"], it["state"] = number(r.Version), number(r.Count), text(r.State)
	it["w"] = id.value()
	return it
}

// optional returns the attributes that not every item has.
func optional(r send.Record) attributes {
	it := attributes{}
	if r.Limit > 0 {
		it["lim"] = number(r.Limit)
	}
	if !r.Expires.IsZero() {
		it["exp"] = number(r.Expires.UnixMilli())
	}
	if !r.Purge.IsZero() {
		it[table.TimeToLive] = number(ceilSecond(r.Purge))
	}
	if len(r.Data) > 0 {
		it["data"] = &types.AttributeValueMemberB{Value: r.Data}
	}
	return it
}

func ceilSecond(t time.Time) int64 { return t.Add(time.Second - 1).Unix() }

// record reads an item. Internal when it is none of this package's.
func record(it attributes) (send.Record, error) {
	var bad bool
	str := func(name string) string {
		v, ok := it[name].(*types.AttributeValueMemberS)
		if bad = bad || !ok; !ok {
			return ""
		}
		return v.Value
	}
	num := func(name string) int64 {
		v, ok := it[name].(*types.AttributeValueMemberN)
		if bad = bad || !ok; !ok {
			return 0
		}
		n, err := strconv.ParseInt(v.Value, 10, 64)
		bad = bad || err != nil
		return n
	}
	r := send.Record{
		Key:     send.Key{Set: str(table.PartitionKey), ID: str(table.SortKey)},
		Version: num("v"), State: str("state"), Count: num("cnt"),
	}
	if it["lim"] != nil {
		r.Limit = num("lim")
	}
	if it["exp"] != nil {
		r.Expires = time.UnixMilli(num("exp")).UTC()
	}
	if it[table.TimeToLive] != nil {
		r.Purge = time.Unix(num(table.TimeToLive), 0).UTC()
	}
	if it["data"] != nil {
		b, ok := it["data"].(*types.AttributeValueMemberB)
		if bad = bad || !ok; ok {
			r.Data = b.Value
		}
	}
	if bad {
		return send.Record{}, send.Fail(send.Internal, "a record of the ledger cannot be read")
	}
	return r, nil
}

// kept reads an item that is there and not purged. NotFound.
func kept(it attributes, now time.Time) (send.Record, error) {
	if len(it) == 0 {
		return send.Record{}, send.Fail(send.NotFound, "no such record")
	}
	r, err := record(it)
	if err == nil && !r.Purge.IsZero() && !now.Before(r.Purge) {
		return send.Record{}, send.Fail(send.NotFound, "no such record")
	}
	return r, err
}

// writeID tells one write from every other.
type writeID [12]byte

func newWriteID() (id writeID) {
	rand.Read(id[:]) // never fails: crypto/rand
	return id
}

func (id writeID) value() types.AttributeValue {
	return &types.AttributeValueMemberB{Value: id[:]}
}

// wrote says whether an item is the outcome of this write.
func (id writeID) wrote(it attributes) bool {
	b, ok := it["w"].(*types.AttributeValueMemberB)
	return ok && bytes.Equal(b.Value, id[:])
}
