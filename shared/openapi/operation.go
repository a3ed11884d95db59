package openapi

import (
	"net/http"
	"slices"

	"sgraph.ai/send/shared/wire"
)

// Operation is what a route takes and answers, beyond what package wire says of it.
type Operation struct {
	Route   wire.Route
	May     Caller
	AtAdmin Caller   // who may at the admin service, where those are others
	Limits  []string // names of the rate limits
	Query   []Field
	Headers []wire.Header // that a request may have, beside its credential
	Body    Body
	Replies []Reply // those that are no refusal; nothing is 200 without a body

	// Refusals are the statuses of errors, beside those of [everywhere].
	Refusals []int

	Example Example
}

// Caller is who may call a route: whoever has one of these. Nobody needs anything where
// there are none.
type Caller []Credential

// Credential is what opens a route.
type Credential struct {
	ID, Says string
	In       string // header, query or cookie
	Name     string
}

// Field is a value that a request may have in its query.
type Field struct {
	Name, Says string
	Schema     object // nil = a text
}

// Body is that of a request. JSON is an empty value of its message, and Needed which of
// its fields cannot be left out. Bytes says that it is ciphertext, or can be.
type Body struct {
	JSON   any
	Needed []string
	Bytes  bool
}

func (b Body) any() bool { return b.JSON != nil || b.Bytes }

// Reply is one that is no refusal: of a message, or of something else.
type Reply struct {
	Status  int // 0 = 200
	JSON    any
	Type    string // media type of what is no message
	Says    string // of what is no message
	Headers []wire.Header
}

func (r Reply) status() int {
	if r.Status == 0 {
		return http.StatusOK
	}
	return r.Status
}

// Example is a request that works. Values are those of the path, the query and headers
// by their names; what is missing of the path is in [common].
type Example struct {
	Values map[string]string
	Body   object // nil where there is none, or bytes
}

// common are the values of examples that go on with each other.
var common = map[string]string{
	wire.TransferID.Name:     "4abd0a491ed3",
	wire.FileRequestID.Name:  "9c1d07b6f2e4",
	wire.TokenName.Name:      "send-7f3a",
	wire.SessionID.Name:      "5f1c9a7be0d24c36",
	wire.UploadID.Name:       "d41d8cd98f00b204",
	wire.Link.Name:           "AbCd.EfGh",
	wire.AccessToken.Name:    "send-7f3a",
	wire.DeleteAuth.Name:     "correct horse battery staple",
	wire.RequestAuth.Name:    "quiet river under stones",
	wire.DownloadClaim.Name:  "00112233445566778899aabbccddeeff",
	wire.DownloadPermit.Name: "AbCd.EfGh",
	wire.DefaultAPIKey:       "the-api-key-of-this-service",
}

// topic is what belongs together, in a file of package wire.
type topic struct {
	Name, Says string
	Operations []Operation
}

// topics are all operations of a service.
func topics(of wire.Service) []topic {
	var all []topic
	for _, t := range []topic{
		transfers, presigned, requests, tokens, overview, sessions, watch, info, documents, pages,
	} {
		t.Operations = slices.DeleteFunc(slices.Clone(t.Operations), func(o Operation) bool {
			return o.Route.Service&of == 0
		})
		for i, o := range t.Operations {
			if of == wire.Admin && o.AtAdmin != nil {
				t.Operations[i].May = o.AtAdmin
			}
		}
		if len(t.Operations) > 0 {
			all = append(all, t)
		}
	}
	return all
}

// Operations returns all that a service has.
func Operations(of wire.Service) []Operation {
	var all []Operation
	for _, t := range topics(of) {
		all = append(all, t.Operations...)
	}
	return all
}
