package openapi

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sgraph.ai/send/shared/wire"
)

//go:embed page.html
var pageSource string

// Page returns the description as a page of the service's.
func (a *API) Page() ([]byte, error) {
	p, err := a.page()
	if err != nil {
		return nil, err
	}
	made, err := template.New("page").Parse(pageSource)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = made.Execute(&b, p)
	return b.Bytes(), err
}

// shownPage is what the page shows.
type shownPage struct {
	Admin              bool
	Title, About, Base string
	Topics             []shownTopic
	Credentials        []Credential
	Errors             []shownError
}

type shownTopic struct {
	ID, Name, Says string
	Operations     []shownOperation
}

type shownOperation struct {
	ID, Name, Method, Path, Says string
	Also, Limits                 []string
	May                          Caller
	Parameters                   []shownField
	Body                         []shownField
	BodySays                     string
	Bytes                        bool // the body is ciphertext, or can be
	Replies                      []shownReply
	Refusals                     []int
	Request                      string
}

type shownReply struct {
	Status  int
	Says    string
	Fields  []shownField
	Headers []shownField
	Example string
}

type shownField struct {
	Name, Kind, Says string
	Needed           bool
	Values           []string
}

type shownError struct {
	Status int
	Says   string
	Codes  any
}

func (a *API) page() (shownPage, error) {
	p := shownPage{Title: a.title, About: about, Admin: a.service == wire.Admin}
	if p.Admin {
		p.Base = "/admin"
	}
	for _, t := range topics(a.service) {
		id := strings.ToLower(strings.NewReplacer(" ", "-", ",", "").Replace(t.Name))
		topic := shownTopic{ID: id, Name: t.Name, Says: t.Says}
		for _, o := range t.Operations {
			shown, err := a.shown(o)
			if err != nil {
				return p, fmt.Errorf("%s: %w", o.Route.Path(), err)
			}
			topic.Operations = append(topic.Operations, shown)
			for _, c := range o.May {
				if !slices.Contains(p.Credentials, c) {
					p.Credentials = append(p.Credentials, c)
				}
			}
		}
		p.Topics = append(p.Topics, topic)
	}
	for status := 400; status < 600; status++ {
		if len(codes[status]) > 0 {
			p.Errors = append(p.Errors, shownError{status, http.StatusText(status), codes[status]})
		}
	}
	return p, nil
}

func (a *API) shown(o Operation) (shownOperation, error) {
	d, err := a.said.of(o.Route)
	if err != nil {
		return shownOperation{}, err
	}
	made := shownOperation{
		ID: d.name, Name: words(d.name), Method: o.Route.Method, Path: o.Route.Path(), Says: d.doc,
		Also: also(o.Route), Limits: o.Limits, May: o.May, Bytes: o.Body.Bytes, Request: a.request(o),
	}
	for _, status := range refusals(o) {
		if !slices.Contains(everywhere, status) {
			made.Refusals = append(made.Refusals, status)
		}
	}
	for _, p := range a.parameters(o) {
		p := p.(object)
		schema := p.get("schema").(object)
		made.Parameters = append(made.Parameters, shownField{
			Name: p.get("name").(string), Kind: p.get("in").(string), Says: p.get("description").(string),
			Needed: p.get("required") == true, Values: values(schema),
		})
	}
	if o.Body.JSON != nil {
		made.BodySays = a.said.docs[named(reflect.TypeOf(o.Body.JSON))]
		if made.Body, err = a.fields(reflect.TypeOf(o.Body.JSON)); err != nil {
			return made, err
		}
	}
	for _, r := range o.Replies {
		reply, err := a.reply(r)
		if err != nil {
			return made, err
		}
		made.Replies = append(made.Replies, reply)
	}
	return made, nil
}

// words returns a name as words: createTransfer as Create transfer.
func words(name string) string {
	s := betweenWords.ReplaceAllStringFunc(name, func(m string) string {
		if len(m) > 2 { // initials
			return m[:1] + " " + m[1:]
		}
		return m[:1] + " " + strings.ToLower(m[1:])
	})
	return strings.ToUpper(s[:1]) + s[1:]
}

var betweenWords = regexp.MustCompile(`[a-z0-9]([A-Z]{2,}|[A-Z])`)

func (a *API) reply(r Reply) (shownReply, error) {
	made := shownReply{Status: r.status(), Says: r.Says}
	for _, h := range r.Headers {
		made.Headers = append(made.Headers, shownField{Name: h.Name, Kind: "header", Says: says[h.Name]})
	}
	if r.JSON == nil {
		return made, nil
	}
	of := reflect.TypeOf(r.JSON)
	made.Says = a.said.docs[named(of)]
	schema, err := a.schemas.of(of)
	if err != nil {
		return made, err
	}
	example, err := indented(a.schemas.example(schema))
	if err != nil {
		return made, err
	}
	made.Example = strings.TrimSpace(string(example))
	made.Fields, err = a.fields(of)
	return made, err
}

// fields are those of a message, with those that are within it as outer.inner.
func (a *API) fields(of reflect.Type) ([]shownField, error) {
	schema, err := a.schemas.of(of)
	if err != nil {
		return nil, err
	}
	return a.within("", a.resolved(schema)), nil
}

func (a *API) resolved(schema object) object {
	if to, is := schema.get("$ref").(string); is {
		return a.schemas.named.get(to[strings.LastIndex(to, "/")+1:]).(object)
	}
	return schema
}

func (a *API) within(prefix string, message object) (all []shownField) {
	properties, _ := message.get("properties").(object)
	required, _ := message.get("required").([]string)
	for _, p := range properties {
		schema := p.Value.(object)
		f := shownField{
			Name: prefix + p.Name, Kind: kind(schema), Values: values(schema), Needed: slices.Contains(required, p.Name),
		}
		f.Says, _ = schema.get("description").(string)
		all = append(all, f)
		inner, list := schema, ""
		if items, is := schema.get("items").(object); is {
			inner, list = items, "[]"
		}
		all = append(all, a.within(f.Name+list+".", a.resolved(inner))...)
	}
	return all
}

// kind is the type of a field, in words.
func kind(schema object) string {
	switch is := schema.get("type"); is {
	case "string":
		if schema.get("format") == "date-time" {
			return "time"
		}
		return "text"
	case "integer":
		return "whole number"
	case "array":
		return "list"
	case nil:
		if schema.get("$ref") == nil {
			return "anything"
		}
		return "object"
	default:
		return fmt.Sprint(is)
	}
}

// values are all that a field can be, where they are few.
func values(schema object) (all []string) {
	if of := reflect.ValueOf(schema.get("enum")); of.IsValid() {
		for i := range of.Len() {
			all = append(all, fmt.Sprint(of.Index(i)))
		}
	}
	return all
}

// request is the example as a command. $SEND is where the service is.
func (a *API) request(o Operation) string {
	path := inBraces.ReplaceAllStringFunc(o.Route.Path(), func(s string) string { return common[strings.Trim(s, "{}")] })
	var query []string
	for _, q := range o.Query {
		if v := o.Example.Values[q.Name]; v != "" {
			query = append(query, q.Name+"="+v)
		}
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	line := "curl "
	if o.Route.Method != http.MethodGet {
		line += "-X " + o.Route.Method + " "
	}
	lines := []string{line + `"$SEND` + path + `"`}
	for _, c := range o.May {
		if v := common[c.Name]; c.In == "header" && v != "" && (c != permit) {
			lines = append(lines, "-H "+strconv.Quote(c.Name+": "+v))
			break
		}
	}
	for _, h := range o.Headers {
		if v := o.Example.Values[h.Name]; v != "" {
			lines = append(lines, "-H "+strconv.Quote(h.Name+": "+v))
		}
	}
	switch {
	case o.Body.Bytes:
		lines = append(lines, "--data-binary @sealed.bin")
	case o.Example.Body != nil:
		body, err := indented(o.Example.Body)
		if err != nil {
			panic(err) // it is of constants
		}
		lines = append(lines, `-H "Content-Type: application/json"`, "-d '"+strings.TrimSpace(string(body))+"'")
	}
	return strings.Join(lines, " \\\n  ")
}
