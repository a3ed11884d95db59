package dynamo

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"sgraph.ai/send/shared/send"
)

// attributesOf makes an item of JSON: texts, numbers, and under "B" bytes.
func attributesOf(text []byte) attributes {
	var members map[string]map[string]string
	if json.Unmarshal(text, &members) != nil {
		return nil
	}
	it := attributes{}
	for name, m := range members {
		for kind, value := range m {
			switch kind {
			case "S":
				it[name] = &types.AttributeValueMemberS{Value: value}
			case "N":
				it[name] = &types.AttributeValueMemberN{Value: value}
			case "B":
				it[name] = &types.AttributeValueMemberB{Value: []byte(value)}
			default:
				it[name] = &types.AttributeValueMemberNULL{Value: true}
			}
		}
	}
	return it
}

// FuzzItem: whatever an item has, it is a record that is written as it was
// read, or refused.
func FuzzItem(f *testing.F) {
	for _, text := range []string{
		`{"pk":{"S":"set"},"sk":{"S":"id"},"v":{"N":"1"},"state":{"S":"completed"},"cnt":{"N":"2"},"lim":{"N":"3"},` +
			`"exp":{"N":"1896091200000"},"ttl":{"N":"1896091200"},"data":{"B":"{}"},"w":{"B":"123456789012"}}`,
		`{"pk":{"S":"set"},"sk":{"S":"id"},"v":{"N":"1"},"state":{"S":""},"cnt":{"N":"0"}}`,
		`{"pk":{"S":"set"},"sk":{"S":"id"},"v":{"N":"1e3"},"state":{"S":""},"cnt":{"N":"0"}}`,
		`{"pk":{"S":"set"},"sk":{"S":"id"},"v":{"N":"1"},"state":{"S":""},"cnt":{"N":"0"},"data":{"S":"text"}}`,
		`{"pk":{"N":"1"},"sk":{"S":"id"}}`,
		`{"pk":{"S":"set"},"sk":{"S":"id"},"v":{"N":"1"},"state":{"S":""},"cnt":{"N":"0"},"lim":{"N":"-5"},` +
			`"exp":{"N":"9223372036854775807"},"ttl":{"N":"-9223372036854775808"},"w":{"S":"x"}}`,
		`{"pk":{"S":"set"},"sk":{"S":"id"},"v":{"N":"9223372036854775808"},"state":{"S":""},"cnt":{"N":"0"}}`,
		`{"pk":{"NULL":""}}`, `{}`,
	} {
		f.Add([]byte(text))
	}
	id := newWriteID()
	f.Fuzz(func(t *testing.T, text []byte) {
		it := attributesOf(text)
		if id.wrote(it) {
			t.Errorf("%s is taken for what was just written", text)
		}
		r, err := record(it)
		if err != nil {
			if send.CodeOf(err) != send.Internal || !reflect.DeepEqual(r, send.Record{}) {
				t.Errorf("%s is refused by %v, with %+v", text, err, r)
			}
			return
		}
		if _, is := it["data"].(*types.AttributeValueMemberB); it["data"] != nil && !is {
			t.Errorf("the data of %s are taken for none", text)
		}
		if r.Limit < 0 || len(r.Data) == 0 && r.Data != nil {
			return // this package writes none, and both are as none
		}
		again, err := record(item(r, id))
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%s is %+v, and written and read again %+v, %v", text, r, again, err)
		}
		if _, err := kept(it, time.Unix(0, 0)); err != nil && send.CodeOf(err) != send.NotFound {
			t.Errorf("%s: %v", text, err)
		}
	})
}
