package openapi

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sgraph.ai/send/shared/wire"
)

// API is the API of a service, described.
type API struct {
	service wire.Service
	title   string
	said    *source
	schemas *schemas
}

// Describe describes the API of a service, User or Admin, in the words of the packages
// that lie beside each other in a folder.
func Describe(service wire.Service, folder string) (*API, error) {
	said, err := read(folder)
	if err != nil {
		return nil, err
	}
	a := &API{service: service, title: "SGraph Send", said: said, schemas: &schemas{said: said}}
	if service == wire.Admin {
		a.title = "SGraph Send, the admin service"
	}
	for _, o := range Operations(service) { // requests first: they say what they need
		if o.Body.JSON != nil {
			if err := a.schemas.message(reflect.TypeOf(o.Body.JSON), o.Body.Needed); err != nil {
				return nil, err
			}
		}
	}
	return a, nil
}

const about = "What clients and the service say to each other. Every reply that is not 2xx has an error for a body, " +
	"whose code says why in a word that does not change; more codes may come, and a client that does not know one " +
	"goes by the status. Unknown fields of requests are ignored, and replies may get more of them. What GET answers " +
	"HEAD answers without a body, but where it counts a download. What is sealed, links and the order of calls are in " +
	"docs/contract.md and docs/formats.md of the source."

// JSON returns the description as OpenAPI 3.1 has it.
func (a *API) JSON() ([]byte, error) {
	paths, err := a.paths()
	if err != nil {
		return nil, err
	}
	responses, err := a.responses()
	if err != nil {
		return nil, err
	}
	var tags []any
	for _, t := range topics(a.service) {
		tag := object{{"name", t.Name}}
		if t.Says != "" {
			tag = tag.with("description", t.Says)
		}
		tags = append(tags, tag)
	}
	return indented(object{
		{"openapi", "3.1.1"},
		{"info", object{
			{"title", a.title}, {"version", "1"}, {"description", about},
			{"license", object{{"name", "Apache 2.0"}, {"identifier", "Apache-2.0"}}},
		}},
		{"servers", []any{object{{"url", "/"}}}},
		{"tags", tags},
		{"paths", paths},
		{"components", object{
			{"schemas", a.schemas.named}, {"responses", responses}, {"securitySchemes", a.credentials()},
		}},
	})
}

// paths are all routes by their paths.
func (a *API) paths() (object, error) {
	var all object
	at := map[string]int{}
	for _, t := range topics(a.service) {
		for _, o := range t.Operations {
			made, err := a.operation(t.Name, o)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", o.Route.Method, o.Route.Path(), err)
			}
			path, method := o.Route.Path(), member{strings.ToLower(o.Route.Method), made}
			if i, there := at[path]; there {
				all[i].Value = append(all[i].Value.(object), method)
				continue
			}
			at[path] = len(all)
			all = append(all, member{path, object{method}})
		}
	}
	return all, nil
}

func (a *API) operation(tag string, o Operation) (object, error) {
	d, err := a.said.of(o.Route)
	if err != nil {
		return nil, err
	}
	made := object{{"operationId", d.name}, {"tags", []any{tag}}, {"summary", firstSentence(d.doc)}}
	if d.doc != firstSentence(d.doc) {
		made = made.with("description", d.doc)
	}
	if also := also(o.Route); len(also) > 0 {
		made = made.with("x-also-at", also)
	}
	if len(o.Limits) > 0 {
		made = made.with("x-rate-limits", o.Limits)
	}
	made = made.with("security", security(o.May))
	if parameters := a.parameters(o); len(parameters) > 0 {
		made = made.with("parameters", parameters)
	}
	if o.Body.any() {
		body, err := a.body(o)
		if err != nil {
			return nil, err
		}
		made = made.with("requestBody", body)
	}
	replies, err := a.replies(o)
	return made.with("responses", replies), err
}

var sentence = regexp.MustCompile(`^.*?\.(?: |$)`)

func firstSentence(s string) string { return strings.TrimSpace(sentence.FindString(s)) }

// also are the other paths at which a route is.
func also(r wire.Route) []string {
	all := r.Addresses()
	return all[slices.Index(all, r.Path())+1:]
}

// security says that one of a caller's credentials will do.
func security(may Caller) []any {
	all := []any{}
	for _, c := range may {
		all = append(all, object{{c.ID, []any{}}})
	}
	return all
}

func (a *API) credentials() object {
	var all object
	for _, o := range Operations(a.service) {
		for _, c := range o.May {
			if all.get(c.ID) == nil {
				all = all.with(c.ID, object{{"type", "apiKey"}, {"in", c.In}, {"name", c.Name}, {"description", c.Says}})
			}
		}
	}
	return all
}

var inBraces = regexp.MustCompile(`\{(\w+)\}`)

func (a *API) parameters(o Operation) (all []any) {
	for _, m := range inBraces.FindAllStringSubmatch(o.Route.Path(), -1) {
		all = append(all, object{
			{"name", m[1]}, {"in", "path"}, {"required", true}, {"description", says[m[1]]}, {"schema", text},
			{"example", common[m[1]]},
		})
	}
	for _, q := range o.Query {
		schema := q.Schema
		if schema == nil {
			schema = text
		}
		p := object{{"name", q.Name}, {"in", "query"}, {"description", q.Says}, {"schema", schema}}
		if v, given := o.Example.Values[q.Name]; given {
			var value any = v
			if n, err := strconv.Atoi(v); err == nil && schema.get("type") == "integer" {
				value = n
			}
			p = p.with("example", value)
		}
		all = append(all, p)
	}
	for _, h := range o.Headers {
		p := object{{"name", h.Name}, {"in", "header"}, {"description", says[h.Name]}, {"schema", text}}
		if v, given := o.Example.Values[h.Name]; given {
			p = p.with("example", v)
		}
		all = append(all, p)
	}
	return all
}

func (a *API) body(o Operation) (object, error) {
	content := object{}
	if o.Body.Bytes {
		content = content.with(ciphertext, object{})
	}
	if o.Body.JSON != nil {
		schema, err := a.schemas.of(reflect.TypeOf(o.Body.JSON))
		if err != nil {
			return nil, err
		}
		media := object{{"schema", schema}}
		if o.Example.Body != nil {
			media = media.with("example", o.Example.Body)
		}
		content = content.with("application/json", media)
	}
	return object{{"required", o.Body.Bytes || len(o.Body.Needed) > 0}, {"content", content}}, nil
}

func (a *API) replies(o Operation) (object, error) {
	var all object
	for _, r := range o.Replies {
		made := object{{"description", r.Says}}
		if r.JSON != nil {
			made[0].Value = a.said.docs[named(reflect.TypeOf(r.JSON))]
		}
		if len(r.Headers) > 0 {
			headers := object{}
			for _, h := range r.Headers {
				headers = headers.with(h.Name, object{{"description", says[h.Name]}, {"schema", text}})
			}
			made = made.with("headers", headers)
		}
		content, err := a.content(r)
		if err != nil {
			return nil, err
		}
		if content != nil {
			made = made.with("content", content)
		}
		all = all.with(strconv.Itoa(r.status()), made)
	}
	for _, status := range refusals(o) {
		all = all.with(strconv.Itoa(status), ref("responses", refusal(status)))
	}
	return all, nil
}

func (a *API) content(r Reply) (object, error) {
	switch {
	case r.JSON != nil:
		schema, err := a.schemas.of(reflect.TypeOf(r.JSON))
		if err != nil {
			return nil, err
		}
		return object{{"application/json", object{{"schema", schema}, {"example", a.schemas.example(schema)}}}}, nil
	case r.Type == html:
		return object{{html, object{{"schema", text}}}}, nil
	case r.Type != "":
		return object{{r.Type, object{}}}, nil
	default:
		return nil, nil
	}
}

// responses are the errors, by their status.
func (a *API) responses() (object, error) {
	statuses := map[int]bool{}
	for _, o := range Operations(a.service) {
		for _, status := range refusals(o) {
			statuses[status] = true
		}
	}
	if err := a.errors(); err != nil {
		return nil, err
	}
	var all object
	for status := 400; status < 600; status++ {
		if !statuses[status] {
			continue
		}
		name := "Error"
		if status == http.StatusUnauthorized && a.service == wire.Admin {
			name = "Refusal"
		}
		schema := object{{"allOf", []any{
			ref("schemas", name), object{{"properties", object{{"code", enum(codes[status])}}}},
		}}}
		made := object{{"description", http.StatusText(status) + "."}}
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			made = made.with("headers", object{{wire.RetryAfter.Name, object{
				{"description", says[wire.RetryAfter.Name]}, {"schema", integer},
			}}})
		}
		all = all.with(refusal(status), made.with("content", object{{"application/json", object{{"schema", schema}}}}))
	}
	return all, nil
}

// errors adds the schemas of errors, which are not as their Go types are.
func (a *API) errors() error {
	problems, err := a.schemas.of(reflect.TypeFor[[]wire.Problem]())
	if err != nil {
		return err
	}
	said := func(field string) string { return a.said.docs["wire.Error."+field] }
	a.schemas.named = a.schemas.named.with("Error", object{
		{"description", a.said.docs["wire.Error"]}, {"type", "object"},
		{"properties", object{
			{"detail", object{
				{"description", said("Detail")}, {"oneOf", []any{text, problems.with("description", said("Problems"))}},
			}},
			{"code", text.with("description", "Says why, in a word that does not change.")},
		}},
		{"required", []string{"detail", "code"}},
	})
	if a.service == wire.Admin {
		_, err = a.schemas.of(reflect.TypeFor[wire.Refusal]())
	}
	return err
}
