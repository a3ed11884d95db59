package send

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

// The sets of the ledger. Where a name ends in a slash the records are spread
// over many sets, whose names begin with it.
const (
	TransferSets = "transfer/"                // transfers, by the first byte of their ID
	LabelSets    = "label/"                   // sealed labels of transfers, as these are spread
	ClaimSets    = "claim/"                   // bytes that went out for downloads, by the first byte of the claim's ID
	ReservedSets = "reserved/"                // what senders have pending, as token hashes are spread, and all of them
	DueSets      = "due/"                     // when transfers are to be looked at, as dueSet spreads them, and the round
	PurgeSet     = "purge"                    // tokens of which what is pending is to be removed
	RequestSets  = "request/"                 // requests for files, by the first byte of their ID
	ArrivedSets  = "arrived/"                 // what was completed for requests, by the request
	WithdrawnSet = "withdrawn"                // tokens whose requests are over
	TokenSet     = "token"                    // tokens
	TokenUseSets = "use/"                     // what tokens were used for, so that nothing is booked twice
	PairSet      = "pair"                     // which store the ledger belongs to
	SessionSet   = "session"                  // sessions of operators, by the hash of their cookie
	SaltSet      = "salt"                     // what clients are named by, by the day
	RootSets     = "root/"                    // what the keys of a service are derived from, by the service
	MigrationSet = "migration"                // from where a ledger was filled, and whether all of it is there
	SharedSets   = "secret/"                  // what machines show each other, by the secret
	SignOnSet    = VolatilePrefix + "sign-on" // sign-ins that were finished, so that none is twice
	WindowSets   = VolatilePrefix             // how often clients did a thing, by the beginning of the window, and spread
)

// transferKey spreads transfers over 256 sets, so that no set grows without
// bound and all of them can be listed.
func transferKey(id string) Key { return Key{TransferSets + id[:2], id} }

// PayloadPrefix begins the key of every payload in the store. What follows is
// the name of its lifetime, its transfer's ID, and what tells it from the
// others of that transfer.
const PayloadPrefix = "transfers/"

// QuarantinePrefix begins the key of what no transfer names any more. What
// follows is the day on which it was put there, and the key that it had.
const QuarantinePrefix = "quarantine/"

// Lifetime is a class of payloads by how long their transfers live, so that a
// store can forget on its own what the sweep left behind.
type Lifetime struct {
	Name string
	Life time.Duration // at most, from the transfer's creation on
}

// Prefix begins the key of every payload of the class.
func (l Lifetime) Prefix() string { return PayloadPrefix + l.Name + "/" }

// Lifetimes are the classes, the shortest first. A payload is in the first that
// its transfer fits.
var Lifetimes = []Lifetime{
	{"1d", 24 * time.Hour},
	{"7d", 7 * 24 * time.Hour},
	{"30d", MaxLifetime},
}

// MaxLifetime is how long a transfer can live at most.
const MaxLifetime = 30 * 24 * time.Hour

// payloadKey makes a key nobody was told before, in the class of the
// transfer's whole lifetime: of the longest that there is, where somebody can
// extend it.
func (t *Transfers) payloadKey(tr Transfer) string {
	life, class := tr.ExpiresAt.Sub(tr.CreatedAt), Lifetimes[len(Lifetimes)-1]
	if tr.DeleteAuthHash != "" {
		life = max(life, t.Rules.MaxTTL)
	}
	for _, l := range Lifetimes {
		if life <= l.Life {
			class = l
			break
		}
	}
	var b [8]byte
	rand.Read(b[:])
	return fmt.Sprintf("%s%s/%x", class.Prefix(), tr.ID, b)
}

// idOf returns the ID of the transfer that a key was made for, or "".
func idOf(key string) string {
	parts := strings.Split(key, "/")
	if len(parts) != 4 || !idForm.MatchString(parts[2]) {
		return ""
	}
	return parts[2]
}
