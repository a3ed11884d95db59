package openapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// What types become.
var (
	text    = object{{"type", "string"}}
	integer = object{{"type", "integer"}}
	boolean = object{{"type", "boolean"}}
	moment  = object{{"type", "string"}, {"format", "date-time"}}
	form    = object{{"type", "object"}}
)

const exampleTime = "2030-01-31T12:00:00Z"

func upTo(most int) object {
	return integer.with("minimum", 1).with("maximum", most)
}

func enum[T ~string](values []T) object { return text.with("enum", values) }

// schemas are those of the messages of a service, each after those that are in it.
type schemas struct {
	said  *source
	named object
}

// of returns the schema of a type: of a message, a reference to it.
func (s *schemas) of(t reflect.Type) (object, error) {
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[wire.Time]():
		return moment, nil
	case reflect.TypeFor[send.Reason]():
		return text, nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.String:
		if values := s.said.constants[named(t)]; len(values) > 0 {
			return enum(values), nil
		}
		return text, nil
	case reflect.Int, reflect.Int64:
		return integer, nil
	case reflect.Bool:
		return boolean, nil
	case reflect.Map:
		return form, nil
	case reflect.Interface:
		return object{}, nil
	case reflect.Slice:
		item, err := s.of(t.Elem())
		return object{{"type", "array"}, {"items", item}}, err
	case reflect.Struct:
		return ref("schemas", t.Name()), s.message(t, nil)
	default:
		return nil, fmt.Errorf("a message has a %s, which no schema is known of", t)
	}
}

// message adds the schema of a struct. Of a request, the fields are told that cannot be
// left out.
func (s *schemas) message(t reflect.Type, needed []string) error {
	if s.named.get(t.Name()) != nil {
		return nil
	}
	properties, required, err := s.fields(t, false)
	if err != nil {
		return fmt.Errorf("%s: %w", t.Name(), err)
	}
	if strings.HasSuffix(t.Name(), "Request") {
		required = needed
	}
	schema := object{{"description", s.said.docs[named(t)]}, {"type", "object"}, {"properties", properties}}
	if len(required) > 0 {
		schema = schema.with("required", required)
	}
	s.named = s.named.with(t.Name(), schema)
	return nil
}

// fields are those that a struct has on the wire, and which of them are always there.
func (s *schemas) fields(t reflect.Type, optional bool) (properties object, required []string, err error) {
	for f := range t.Fields() {
		tag := f.Tag.Get("json")
		if f.Anonymous && tag == "" {
			of, pointer := f.Type, f.Type.Kind() == reflect.Pointer
			if pointer {
				of = of.Elem()
			}
			more, always, err := s.fields(of, optional || pointer)
			if err != nil {
				return nil, nil, err
			}
			properties, required = append(properties, more...), append(required, always...)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" || name == "-" {
			continue
		}
		schema, err := s.of(f.Type)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		if about := cmp.Or(s.said.docs[named(t)+"."+f.Name], says[name]); about != "" {
			schema = schema.with("description", about)
		}
		if example, known := examples[name]; known && schema.get("$ref") == nil {
			schema = schema.with("examples", []any{example})
		}
		properties = append(properties, member{name, schema})
		if !optional && !strings.HasPrefix(options, "omit") {
			required = append(required, name)
		}
	}
	return properties, required, nil
}

// named returns the name of a type with its package's.
func named(t reflect.Type) string {
	return t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:] + "." + t.Name()
}

// example returns what a reply of a schema can be: of its fields' examples.
func (s *schemas) example(schema object) any {
	if to, is := schema.get("$ref").(string); is {
		name := to[strings.LastIndex(to, "/")+1:]
		return s.example(s.named.get(name).(object))
	}
	if given, is := schema.get("examples").([]any); is {
		return given[0]
	}
	if values := reflect.ValueOf(schema.get("enum")); values.IsValid() {
		return values.Index(0).Interface()
	}
	switch schema.get("type") {
	case "array":
		return []any{s.example(schema.get("items").(object))}
	case "object":
		made := object{}
		properties, _ := schema.get("properties").(object)
		required, _ := schema.get("required").([]string)
		for _, p := range properties {
			if slices.Contains(required, p.Name) || len(required) == 0 || slices.Contains(shown, p.Name) {
				made = append(made, member{p.Name, s.example(p.Value.(object))})
			}
		}
		return made
	case "integer":
		return 0
	case "boolean":
		return false
	default:
		if schema.get("format") == "date-time" {
			return exampleTime
		}
		return ""
	}
}

// shown are fields that may be missing, and that examples have all the same.
var shown = []string{"series", "status", "remaining", "usage_count", "upload_id", "part_size"}

var _ json.Marshaler = object{}
