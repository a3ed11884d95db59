package envelope

import (
	"net/url"
	"regexp"
	"strings"

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

// ParseLink reads a link of any version of the service, or the part of it that
// a person copied:
//
//	{origin}/d/#{id}/{key}          ours
//	{origin}/d/{id}#{key}           the same, told apart by the path
//	{origin}/{any path}#{id}/{key}  all others
//	{origin}/{any path}?id={id}     the oldest
//	{id}/{key}                      without the service
//
// each also without the key, or with a friendly token for both. Quotes, spaces
// around it and what follows a "|" do not matter. Invalid.
func ParseLink(text string) (Link, error) {
	text = unquote(text)
	var l Link
	place, fragment, ok := strings.Cut(text, "#")
	if strings.Contains(place, "://") {
		u, err := url.Parse(place)
		if err != nil || !host.MatchString(u.Host) || u.Scheme != "https" && u.Scheme != "http" {
			return Link{}, errLink
		}
		l.Origin = u.Scheme + "://" + u.Host
		if l.ID = u.Query().Get("id"); l.ID == "" {
			l.ID = idInPath(u.Path)
		}
	} else if !ok {
		fragment = place // the bare {id}/{key}
	} else if l.ID = place; strings.Contains(place, "/") {
		return Link{}, errLink // a service without its scheme: https, or http?
	}
	fragment, _, _ = strings.Cut(fragment, "|")
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = unquote(plain)
		fragment, _, _ = strings.Cut(fragment, "|")
	}
	return l.withFragment(strings.TrimSpace(fragment))
}

// withFragment completes a link with what its fragment says.
func (l Link) withFragment(fragment string) (Link, error) {
	switch {
	case fragment == "":
	case IsFriendly(fragment) && l.ID == "":
		l.Friendly, l.ID = fragment, FriendlyID(fragment)
		return l, nil
	case l.ID != "" && !strings.Contains(fragment, "/"):
		return l.withKey(fragment)
	default:
		var key string
		l.ID, key, _ = strings.Cut(fragment, "/")
		if key != "" {
			return l.withKey(key)
		}
	}
	if !transferID.MatchString(l.ID) {
		return Link{}, errLink
	}
	return l, nil
}

func (l Link) withKey(text string) (Link, error) {
	k, err := ParseKey(text)
	if err != nil {
		return Link{}, errLinkKey
	}
	l.Key, l.HasKey = k, true
	if !transferID.MatchString(l.ID) {
		return Link{}, errLink
	}
	return l, nil
}

// idInPath returns the ID of /d/{id}.
func idInPath(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if n := len(parts); n >= 2 && parts[n-2] == "d" {
		return parts[n-1]
	}
	return ""
}

// transferID is what the paths of services have taken for an ID. Ours are 12 hex
// digits.
var transferID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// host is a name or an address, with or without a port.
var host = regexp.MustCompile(`^[\pL\pN._:\[\]-]+$`)

var (
	errLink = send.Fail(send.Invalid,
		"that is not a link to a transfer: copy all of it, up to the last character behind the #")
	errLinkKey = send.Fail(send.Invalid,
		"the key in the link is not whole: copy all of the link, up to the last character behind the #")
)
