package envelope

import (
	"slices"

	"sgraph.ai/send/shared/send"
)

// Link says where a file is, and opens it when it carries the key.
type Link struct {
	Origin   string // "https://send.example.org"; "" when the text named no service
	ID       string // of the transfer
	Key      Key    // opens the file, when HasKey
	HasKey   bool   // false for a link whose key is sent separately, and for a friendly one
	Friendly string // the friendly token, from which OpenKey derives the key
}

// OpenKey returns the key that the link carries, deriving that of a friendly
// token, which takes a noticeable part of a second.
func (l Link) OpenKey() (k Key, ok bool) {
	if l.Friendly != "" {
		return FriendlyKey(l.Friendly), true
	}
	return l.Key, l.HasKey
}

// String returns the link as we hand it out: {origin}/d/#{id}/{key}. All that
// tells a transfer stands behind the "#", which no browser sends.
func (l Link) String() string {
	s := l.Origin + "/d/#"
	switch {
	case l.Friendly != "":
		return s + l.Friendly
	case l.HasKey:
		return s + l.ID + "/" + l.Key.String()
	}
	return s + l.ID
}

// Why a text cannot be read as a link.
const (
	ReasonNoLink       send.Reason = "no_link"       // nothing in it has the shape of one
	ReasonSeveralLinks send.Reason = "several_links" // it has more than one, and which is meant is not ours to guess
	ReasonShortKey     send.Reason = "short_key"     // a part of the key is missing
	ReasonLongKey      send.Reason = "long_key"      // something was added to the key
	ReasonDamagedKey   send.Reason = "damaged_key"   // the key is as long as one, and is none
	ReasonDamagedID    send.Reason = "damaged_id"    // the key is whole, and the ID before it is not
	ReasonLongText     send.Reason = "long_text"     // it is too long to look for a link in it
	ReasonRequest      send.Reason = "request_link"  // it is a link by which one sends, see [ParseRequest]
)

// ParseLink finds the link in a text that a person or a program handed over.
// It reads the links of every version of the service, or the part of one that
// was copied:
//
//	{origin}/d/#{id}/{key}          ours
//	{origin}/d/{id}#{key}           the same, told apart by the path
//	{origin}/{any path}#{id}/{key}  all others
//	{origin}/{any path}?id={id}     the oldest
//	{id}/{key}                      without the service
//
// each also without the key, or with a friendly token for both; and it reads
// them through what mail programs, messengers and redirectors do to a link, as
// docs/formats.md specifies. It never makes up for a part that is missing.
// Invalid, with one of the reasons above.
func ParseLink(text string) (Link, error) {
	if len(text) > maxText {
		return Link{}, errLongText
	}
	var all []sighting
	var asked []requestSighting
	texts := readings(text)
	for _, s := range texts {
		all = append(all, sightings(s)...)
		asked = append(asked, requests(s)...)
	}
	// In a reading in which not both keys are whole, a request looks like a link.
	all = slices.DeleteFunc(all, func(s sighting) bool {
		return slices.ContainsFunc(asked, func(r requestSighting) bool {
			return s.id == r.ID && (s.state != whole || s.key == r.Seed)
		})
	})
	if len(all) == 0 && len(asked) > 0 {
		return Link{}, send.Fail(send.Invalid,
			"that is a link by which you can send to somebody, and not one to a transfer").With(ReasonRequest)
	}
	if len(all) == 0 && wholeKeyWithoutID(texts) {
		return Link{}, send.Fail(send.Invalid,
			"the ID in the link is not whole: 12 digits stand before the key; copy all of the link").With(ReasonDamagedID)
	}
	return choose(all)
}

// choose returns the one link that was seen, however often and in however many
// forms.
func choose(all []sighting) (Link, error) {
	if len(all) == 0 {
		return Link{}, send.Fail(send.Invalid,
			"that is not a link to a transfer: copy all of it, up to the last character behind the #").With(ReasonNoLink)
	}
	best := all[0]
	for _, s := range all[1:] {
		if s.id != best.id || s.friendly != best.friendly ||
			s.origin != "" && best.origin != "" && s.origin != best.origin ||
			s.state == whole && best.state == whole && s.key != best.key {
			return Link{}, errSeveral
		}
		if best.origin == "" {
			best.origin = s.origin
		}
		if s.better(best) {
			s.origin = best.origin
			best = s
		}
	}
	l := Link{Origin: best.origin, ID: best.id, Friendly: best.friendly}
	switch best.state {
	case whole:
		l.Key, l.HasKey = best.key, true
	case derived:
		l.ID = FriendlyID(best.friendly)
	case without:
	default:
		return Link{}, best.state.fault(best.length)
	}
	return l, nil
}

// better says whether a sighting tells more of the same link than another.
func (s sighting) better(than sighting) bool {
	if s.state.faulty() && than.state.faulty() {
		return s.length > than.length
	}
	return s.state < than.state
}

var errLongText = send.Fail(send.Invalid,
	"that is too long to look for a link in it: give the link alone").With(ReasonLongText)

var errSeveral = send.Fail(send.Invalid,
	"there is more than one link in that: give the one that is meant").With(ReasonSeveralLinks)

// fault says what is wrong with a key of a length, as it was seen.
func (s state) fault(length int) *send.Error {
	switch s {
	case short:
		return send.Fail(send.Invalid, "the key is not whole: %d of its %d characters are there; "+
			"copy all of it, up to its last character", length, keyLength).With(ReasonShortKey)
	case long:
		return send.Fail(send.Invalid, "the key has %d characters, and a key has %d: something was added to it; "+
			"copy the link again, and nothing else", length, keyLength).With(ReasonLongKey)
	default:
		return send.Fail(send.Invalid, "the key was changed on its way: it is not %d letters, digits, - and _ "+
			"that make a key; copy it again from where it was sent", keyLength).With(ReasonDamagedKey)
	}
}
