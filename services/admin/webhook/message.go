// Package webhook tells one receiver, which the operator named, of events: as
// Standard Webhooks says, signed, and without a name, a key or an address.
//
// What is to be told waits in the ledger before the event is in the audit trail, and
// until the receiver has taken it, or a day is over. So it is told at least once, in no
// certain order, and whoever waits for a request never waits for the receiver.
package webhook

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

// typeOf says by which type a receiver is told of an event that succeeded.
var typeOf = map[audit.Kind]string{
	audit.TransferCompleted:  settings.WebhookCompleted,
	audit.TransferDownloaded: settings.WebhookDownloaded,
	audit.TransferExpired:    settings.WebhookExpired,
	audit.TokenNearlySpent:   settings.WebhookNearlySpent,
}

// TypeTest is that of a message that an operator asked for.
const TypeTest = "test"

// Message is what a receiver is told.
type Message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // of the event
	Data      Data      `json:"data"`
}

// Data is what the event is about.
type Data struct {
	Transfer string `json:"transfer_id,omitempty"`
	Token    string `json:"token,omitempty"` // its ID, as in the audit trail
	Bytes    int64  `json:"bytes,omitempty"` // sealed
	Reason   string `json:"reason,omitempty"`
}

// messageOf is what a receiver is told of an event; nothing of most.
func messageOf(e audit.Event, ids send.TokenIDs) (Message, bool) {
	kind, told := typeOf[e.Kind]
	data := Data{Transfer: e.Transfer, Token: ids.Of(e.Token), Bytes: e.Bytes}
	if e.Kind == audit.TransferExpired {
		data.Reason = e.Reason
	}
	return Message{Type: kind, Timestamp: e.Time, Data: data}, told && e.Outcome == audit.Success
}

func (m Message) body() []byte {
	body, err := json.Marshal(m)
	if err != nil {
		panic(err) // texts and a time always can be
	}
	return body
}

// secretPrefix begins a secret in the form that libraries of Standard Webhooks take.
const secretPrefix = "whsec_"

// SecretText is a key in that form.
func SecretText(key []byte) string { return secretPrefix + base64.StdEncoding.EncodeToString(key) }
