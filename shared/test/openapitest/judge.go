package openapitest

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Answer is what a service answered to a request.
type Answer struct {
	Method, Path string // as it was asked, without a query
	Status       int
	Header       http.Header
	Body         []byte
}

// Judge fails the test for an answer that is not as it is described. Where nothing is
// described the service has to say that there is nothing.
func (d *Description) Judge(t testing.TB, a Answer) {
	t.Helper()
	o := d.find(a.Method, a.Path)
	if o == nil {
		return
	}
	status := strconv.Itoa(a.Status)
	reply, at := o.described["responses"].(map[string]any)[status], o.at+"/responses/"+status
	if reply == nil {
		t.Errorf("%s %s answers %s, which shared/openapi does not say of it: %.300s", a.Method, a.Path, status, a.Body)
		return
	}
	if ref, is := reply.(map[string]any)["$ref"].(string); is {
		at = strings.TrimPrefix(ref, "#")
		reply = o.responses[ref[strings.LastIndex(ref, "/")+1:]]
	}
	if len(a.Body) == 0 { // of HEAD, and where there is nothing to say
		return
	}
	content, _ := reply.(map[string]any)["content"].(map[string]any)
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	media, there := content[kind].(map[string]any)
	if !there && http.StatusText(a.Status) != "" && a.Status/100 == 3 {
		return // the body of a redirect is nothing that anybody reads
	}
	if !there {
		t.Errorf("%s %s answers %s as %q, which is described as %q", a.Method, a.Path, status, kind,
			slices.Sorted(maps.Keys(content)))
		return
	}
	if media["schema"] == nil || kind != "application/json" {
		return
	}
	if err := d.fits(at+"/content/application~1json/schema", a.Body); err != nil {
		t.Errorf("%s %s answers %s otherwise than it is described: %v\n%.500s", a.Method, a.Path, status, err, a.Body)
	}
}

// Examples fails the test for each example of a message that is none of it.
func (d *Description) Examples(t testing.TB) {
	t.Helper()
	for _, o := range d.Operations {
		check := func(place string, v any) {
			media, _ := at(v, "content", "application/json").(map[string]any)
			if media["example"] == nil || media["schema"] == nil {
				return
			}
			example, err := json.Marshal(media["example"])
			if err != nil {
				t.Fatal(err)
			}
			if err := d.fits(o.at+place+"/content/application~1json/schema", example); err != nil {
				t.Errorf("the example of %s%s does not fit: %v\n%s", o.ID, place, err, example)
			}
		}
		check("/requestBody", o.described["requestBody"])
		for status, reply := range o.described["responses"].(map[string]any) {
			check("/responses/"+status, reply)
		}
	}
}

// fits says how a document differs from the schema at a place.
func (d *Description) fits(at string, document []byte) error {
	schema, err := d.schema(at)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

func (d *Description) schema(at string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if made := d.compiled[at]; made != nil {
		return made, nil
	}
	made, err := d.schemas.Compile(resource + "#" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(at))
	if err != nil {
		return nil, err
	}
	d.compiled[at] = made
	return made, nil
}

// find returns the operation that a request is for, nil where there is none. A word goes
// before a parameter.
func (d *Description) find(method, path string) (found *Operation) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	best := -1
	for i, o := range d.Operations {
		for _, template := range o.Paths {
			if words, fits := matches(template, path); fits && o.Method == method && words > best {
				best, found = words, &d.Operations[i]
			}
		}
	}
	return found
}

// matches says whether a path is one of a template, and how many words they share.
func matches(template, path string) (words int, fits bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return 0, false
	}
	for i, w := range want {
		switch {
		case strings.HasPrefix(w, "{") && got[i] != "":
		case w == got[i]:
			words++
		default:
			return 0, false
		}
	}
	return words, true
}
