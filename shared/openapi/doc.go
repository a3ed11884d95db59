// Package openapi describes the services' API as OpenAPI 3.1 has it: the routes and
// messages of package wire, in its words, and beside them what a Go type cannot say,
// such as who may call a route, and an example that works. A page is made of the same,
// for people.
//
// Nothing of it is in a service: what that serves is generated, as openapi.json and
// api.html among the sources of its pages:
//
//	go generate ./shared/openapi ./services/user ./services/admin
package openapi

//go:generate go test -run ^TestWhatIsGeneratedIsUpToDate$ . -args -update
