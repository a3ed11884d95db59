package wire

import "strings"

// invitePart stands before the token in the link that invites to send. It is behind
// the #, which browsers keep to themselves.
const invitePart = "#invite/"

// Invite is the link by which whoever has it may send with a token, at the service
// of that origin. Without an origin, or a token, there is none: "".
func Invite(origin, token string) string {
	if origin == "" || token == "" {
		return ""
	}
	return origin + SendPage.Path() + invitePart + token
}

// Invited returns the token of a link that invites to send; what is none it returns
// as it is, since it is taken for the token itself.
func Invited(text string) (token string) {
	if _, token, found := strings.Cut(text, invitePart); found {
		return token
	}
	return text
}
