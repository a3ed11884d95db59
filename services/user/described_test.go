package user

import (
	"testing"

	"sgraph.ai/send/shared/test/openapitest"
)

// What is described is what there is, and the other way round.
func TestRoutesAreThoseThatAreDescribed(t *testing.T) {
	t.Parallel()
	openapitest.Served(t).
		Routes(t, (&Service{}).routes(nil), "/assets/", "/robots.txt", "/saving.js", "/sharing.js", "/favicon.ico")
}
