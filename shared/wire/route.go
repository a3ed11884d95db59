package wire

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Route is what a service answers at.
type Route struct {
	Service Service
	Method  string

	// Paths are the templates of its paths. Clients ask at the first; the
	// others are where older clients and links look for it.
	Paths []string
}

// The methods, in short.
const (
	get    = http.MethodGet
	post   = http.MethodPost
	put    = http.MethodPut
	remove = http.MethodDelete
)

var routes []Route

// route registers a route.
func route(of Service, method string, paths ...string) Route {
	r := Route{of, method, paths}
	routes = append(routes, r)
	return r
}

// Routes returns all that are declared.
func Routes() []Route { return slices.Clone(routes) }

// Path returns the template of the path that clients ask at.
func (r Route) Path() string { return r.Paths[0] }

// To returns the path with its parameters filled in, in their order.
func (r Route) To(values ...string) string { return fill(r.Paths[0], values) }

// Beside returns the path with its parameters filled in that belongs to one
// that was asked: old clients are sent on under the old prefix.
func (r Route) Beside(asked string, values ...string) string {
	for _, p := range r.Paths[1:] {
		if dir, _, found := strings.Cut(p[1:], "/"); found && strings.HasPrefix(asked, "/"+dir+"/") {
			return fill(p, values)
		}
	}
	return r.To(values...)
}

// fill puts values into the place of a template's parameters.
func fill(template string, values []string) string {
	var b strings.Builder
	for _, v := range values {
		before, rest, _ := strings.Cut(template, "{")
		b.WriteString(before)
		b.WriteString(url.PathEscape(v))
		_, template, _ = strings.Cut(rest, "}")
	}
	b.WriteString(template)
	return b.String()
}

// Place is where in a URL a parameter stands.
type Place uint8

// The places.
const (
	InPath Place = iota + 1
	InQuery
)

// Parameter is what is known of a part of a URL.
type Parameter struct {
	Name   string // in braces in a route's path; or of the query
	In     Place
	Secret bool // in no log: it is a credential
}

var parameters []Parameter

// parameter registers a parameter.
func parameter(p Parameter) Parameter {
	parameters = append(parameters, p)
	return p
}

// Parameters returns all that are declared.
func Parameters() []Parameter { return slices.Clone(parameters) }

// SecretParameters returns those that no log may hold.
func SecretParameters(in Place) []Parameter {
	return slices.DeleteFunc(Parameters(), func(p Parameter) bool { return p.In != in || !p.Secret })
}
