package openapitest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// Request is an example of one.
type Request struct {
	Method, Target string
	Header         http.Header
	Body           []byte
}

var inBraces = regexp.MustCompile(`\{(\w+)\}`)

// Example returns the request that is an operation's example. values stand in the place
// of those that nobody knows before, wherever they are; without are left out of the body.
func (o Operation) Example(t testing.TB, values map[string]any, without ...string) Request {
	t.Helper()
	r := Request{Method: o.Method, Header: http.Header{}}
	query := url.Values{}
	inPath := map[string]string{}
	parameters, _ := o.described["parameters"].([]any)
	for _, p := range parameters {
		p := p.(map[string]any)
		name, value := p["name"].(string), p["example"]
		if v, given := values[name]; given {
			value = v
		}
		if value == nil {
			continue
		}
		text, is := value.(string)
		if !is {
			b, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			text = string(b)
		}
		switch p["in"] {
		case "path":
			inPath[name] = text
		case "query":
			query.Set(name, text)
		case "header":
			r.Header.Set(name, text)
		}
	}
	r.Target = inBraces.ReplaceAllStringFunc(o.Paths[0], func(s string) string {
		return url.PathEscape(inPath[s[1:len(s)-1]])
	})
	if len(query) > 0 {
		r.Target += "?" + query.Encode()
	}
	if body := at(o.described, "requestBody", "content", "application/json", "example"); body != nil {
		made := replaced(body, values).(map[string]any)
		for _, name := range without {
			delete(made, name)
		}
		var err error
		if r.Body, err = json.Marshal(made); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// Queries are the values of the query that are of a form, with what is not of it.
func (o Operation) Queries() map[string]any {
	all := map[string]any{}
	parameters, _ := o.described["parameters"].([]any)
	for _, p := range parameters {
		p := p.(map[string]any)
		schema := p["schema"].(map[string]any)
		if p["in"] == "query" && (len(schema) > 1 || schema["type"] != "string") {
			all[p["name"].(string)] = "not-" + o.ID
		}
	}
	return all
}

// Fields are those that the example's body has.
func (o Operation) Fields() (names []string) {
	body, _ := at(o.described, "requestBody", "content", "application/json", "example").(map[string]any)
	for name := range body {
		names = append(names, name)
	}
	return names
}

// Success is the status of an answer that is no refusal; of several, the first.
func (o Operation) Success() int {
	for status := 200; status < 400; status++ {
		if o.described["responses"].(map[string]any)[strconv.Itoa(status)] != nil {
			return status
		}
	}
	return 0
}

// replaced returns a copy with values by their names, wherever they stand.
func replaced(v any, values map[string]any) any {
	switch v := v.(type) {
	case map[string]any:
		made := map[string]any{}
		for name, inner := range v {
			if given, is := values[name]; is {
				made[name] = given
				continue
			}
			made[name] = replaced(inner, values)
		}
		return made
	case []any:
		made := make([]any, len(v))
		for i := range v {
			made[i] = replaced(v[i], values)
		}
		return made
	default:
		return v
	}
}

// Send sends an example as whoever brings a credential, "" for none: with other values,
// and without some fields.
type Send func(as string, values map[string]any, without ...string) Answer

// Try fails the test unless the example works as it is described: for whoever brings one
// of the credentials, and without each field that is not needed; and neither without a
// credential, nor without a field that is, nor with a value of the query that is of no
// form. send sends it to a service that is ready for it. Others are credentials that an example cannot have.
func (o Operation) Try(t testing.TB, send Send, others ...string) {
	t.Helper()
	works := func(as string, without ...string) {
		t.Helper()
		if a := send(as, nil, without...); a.Status != o.Success() {
			t.Errorf("the example, as %q without %q, is answered %d, not %d: %.300s", as, without, a.Status, o.Success(), a.Body)
		}
	}
	as := ""
	for _, id := range o.Security {
		if !slices.Contains(others, id) {
			works(id)
			as = id
		}
	}
	if len(o.Security) == 0 {
		works("")
	} else if a := send("", nil); a.Status != 400 && a.Status != 401 && a.Status != 403 {
		t.Errorf("whoever brings no credential is answered %d: %.300s", a.Status, a.Body)
	}
	for _, name := range o.Fields() {
		if !slices.Contains(o.Needed, name) {
			works(as, name)
		} else if a := send(as, nil, name); a.Status < 400 {
			t.Errorf("without %s, which is needed, the example is answered %d", name, a.Status)
		}
	}
	for name, wrong := range o.Queries() {
		if a := send(as, map[string]any{name: wrong}); a.Status != http.StatusBadRequest {
			t.Errorf("%s=%s is answered %d: the service does not read it", name, wrong, a.Status)
		}
	}
	for _, name := range o.Needed {
		if !slices.Contains(o.Fields(), name) {
			t.Errorf("the example has no %s, which is needed", name)
		}
	}
}
