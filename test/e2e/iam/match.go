package iam

import "strings"

// Glob compares text with a pattern in which * stands for any text and ? for one
// character.
func Glob(pattern, text string) bool {
	// What follows the last * so far can be tried again further on.
	p, t, star, again := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, again = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			again++
			p, t = star+1, again
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchesAction compares an action with a pattern; letters count the same in either
// case.
func matchesAction(pattern, action string) bool {
	return Glob(strings.ToLower(pattern), strings.ToLower(action))
}

// matchesARN compares two ARNs part by part, so that a wildcard reaches no further
// than the part it stands in; the last part is all that is left. "*" is everything.
func matchesARN(pattern, arn string) bool {
	if pattern == "*" {
		return true
	}
	const parts = 6
	ps, as := strings.SplitN(pattern, ":", parts), strings.SplitN(arn, ":", parts)
	if len(ps) != parts || len(as) != parts {
		return false // an action that knows no resources is granted for "*" or not at all
	}
	for i := range ps {
		if !Glob(ps[i], as[i]) {
			return false
		}
	}
	return true
}
