package github

import (
	"slices"
	"strings"
)

// maxBody is what GitHub takes as a comment, less a margin.
const maxBody = 65000

// leftOut stands where lines were.
const leftOut = "… the middle is left out: it is in the log of the run …\n"

// body marks texts, and shortens them together to what GitHub takes: the longest
// first, so that a short one beside them stays whole.
func body(marker string, texts []string) string {
	limit := maxBody
	lengths := make([]int, len(texts))
	for i, t := range texts {
		lengths[i] = len(t)
	}
	slices.Sort(lengths)
	share := limit
	for i, length := range lengths {
		share = limit / (len(lengths) - i)
		if length > share {
			break
		}
		limit -= length
	}
	parts := []string{mark(marker)}
	for _, t := range texts {
		parts = append(parts, shorten(t, share))
	}
	return strings.Join(parts, "\n")
}

// shorten leaves out lines in the middle of a text that is longer than most bytes:
// its headline is at the beginning, and the summary of a Pulumi diff at the end. The
// fence around what Pulumi says is open between the two.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	half := max(most-len(leftOut), 0) / 2
	head, tail := text[:half], text[len(text)-half:]
	if end := strings.LastIndexByte(head, '\n'); end >= 0 {
		head = head[:end+1]
	}
	if _, after, cut := strings.Cut(tail, "\n"); cut {
		tail = after
	}
	return strings.ToValidUTF8(head, "") + leftOut + strings.ToValidUTF8(tail, "")
}
