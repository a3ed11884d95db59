// Package asking has what tests ask servers with.
package asking

import "net/http"

// Client is for all tests of a process. It is not http.DefaultClient: each httptest.Server that closes has the idle
// connections of http.DefaultTransport closed, whoever made them, and the request of a test beside it that has just
// got one of them fails.
var Client = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
