package call

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// params are a request's parameters, by the names under which they lie in it with
// dots between them; lists are counted from 1.
type params map[string]string

// all returns the values of a parameter, or of all in a list, in order.
func (p params) all(name string) []string {
	if v, found := p[name]; found {
		return []string{v}
	}
	var values []string
	for n := 1; ; n++ {
		v, found := p[name+"."+strconv.Itoa(n)]
		if !found {
			return values
		}
		values = append(values, v)
	}
}

// tags returns the tags that lie in a parameter: a list of keys and values, or an
// object.
func (p params) tags(name string) map[string]string {
	if name == "" {
		return nil
	}
	tags := map[string]string{}
	for path, value := range p {
		rest, within := strings.CutPrefix(path, name+".")
		switch {
		case !within:
		case strings.HasSuffix(path, ".Key"):
			tags[value] = p[strings.TrimSuffix(path, "Key")+"Value"]
		case strings.HasSuffix(path, ".Value"):
		default:
			tags[rest] = value
		}
	}
	return tags
}

// flatten notes what lies in a value of JSON.
func (p params) flatten(path string, value any) {
	under := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			p.flatten(under(name), inner)
		}
	case []any:
		for i, inner := range v {
			p.flatten(under(strconv.Itoa(i+1)), inner)
		}
	case nil:
	default:
		p[path] = fmt.Sprint(v)
	}
}

func (p params) json(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	p.flatten("", value)
	return nil
}

// xml notes the texts of a document by the path of their elements below the root;
// of elements that are there several times the second and later are counted.
func (p params) xml(body []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	var path []string
	seen := map[string]int{}
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			at := strings.Join(path, "/")
			seen[at]++
			if seen[at] > 1 {
				path[len(path)-1] += "." + strconv.Itoa(seen[at])
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if text := strings.TrimSpace(string(t)); text != "" && len(path) > 1 {
				p[strings.Join(path[1:], ".")] += text
			}
		}
	}
}

// byTarget reads the protocols whose operation a header names, with JSON for a body.
func byTarget(r *reading, s service) error {
	if err := r.readTarget(s); err != nil {
		return err
	}
	return r.apply(s)
}

func (r *reading) readTarget(s service) error {
	target, operation, found := strings.Cut(r.request.Header.Get("X-Amz-Target"), ".")
	if !found || target != s.target {
		return errors.New("its target is another's")
	}
	r.call.Operation = operation
	r.params = params{}
	return r.params.json(r.body)
}

// byAction reads the protocol whose operation is a parameter of a form.
func byAction(r *reading, s service) error {
	form, err := url.ParseQuery(string(r.body))
	if err != nil {
		return err
	}
	for name, values := range r.request.URL.Query() {
		form[name] = append(form[name], values...)
	}
	r.call.Operation = form.Get("Action")
	r.params = params{}
	for name, values := range form {
		if len(values) > 1 {
			return fmt.Errorf("%s is there %d times", name, len(values))
		}
		r.params[strings.ReplaceAll(name, ".member.", ".")] = values[0]
	}
	return r.apply(s)
}

// byPath reads the protocols whose operation is told by method and path, with JSON or
// XML for a body.
func byPath(r *reading, s service) error {
	r.params = params{}
	asked := strings.Split(strings.Trim(r.request.URL.EscapedPath(), "/"), "/")
	for _, pattern := range slices.Sorted(maps.Keys(s.paths)) {
		method, path, _ := strings.Cut(pattern, " ")
		if method != r.request.Method {
			continue
		}
		path, wanted, _ := strings.Cut(path, "?")
		found, ok := matchPath(strings.Split(strings.Trim(path, "/"), "/"), asked)
		query := r.request.URL.Query()
		if !ok || wanted != "" && !query.Has(wanted) {
			continue
		}
		if r.call.Operation != "" && wanted == "" {
			continue // one with a query goes first
		}
		r.call.Operation = s.paths[pattern]
		maps.Copy(r.params, found)
	}
	if r.call.Operation == "" {
		return errors.New("no such path is known")
	}
	for name, values := range r.request.URL.Query() {
		r.params[name] = values[0]
	}
	read := r.params.json
	if strings.HasPrefix(strings.TrimSpace(string(r.body)), "<") {
		read = r.params.xml
	}
	// What an invocation says is the function's, not the request's.
	if r.call.Operation != "InvokeFunction" {
		if err := read(r.body); err != nil {
			return err
		}
	}
	return r.apply(s)
}

// matchPath compares a path with a pattern, whose parts in braces are parameters.
func matchPath(pattern, path []string) (params, bool) {
	if len(pattern) != len(path) {
		return nil, false
	}
	found := params{}
	for i, part := range pattern {
		value, err := url.PathUnescape(path[i])
		if err != nil {
			return nil, false
		}
		if strings.HasPrefix(part, "{") {
			found[strings.Trim(part, "{}")] = value
		} else if part != value {
			return nil, false
		}
	}
	return found, true
}
