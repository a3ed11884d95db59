package settings

import (
	"errors"
	"strings"
)

// Secret is what a setting that is secret was set to: a value, or a reference to
// where it is. Printed, however deep it stands in what is, it shows neither.
type Secret struct {
	told *told
}

// told is apart from a Secret so that no %v of what it stands in shows it: fmt
// follows no pointer below the first.
type told struct {
	text    string
	ref     Reference // zero where the text is the value
	setting string    // which says so
	grammar Kind[string]
}

// Plain is a secret that is a value, and that no setting says.
func Plain(value string) Secret {
	return Secret{&told{text: value, setting: "a secret", grammar: Text()}}
}

// Set says whether there is one.
func (s Secret) Set() bool { return s.told != nil }

// Reference returns where the value is; false where the secret is the value.
func (s Secret) Reference() (Reference, bool) {
	return s.told.ref, s.told.ref != Reference{}
}

// Told returns what was told: the value, or the reference.
func (s Secret) Told() string { return s.told.text }

// Setting returns the environment variable that says it.
func (s Secret) Setting() string { return s.told.setting }

// Parse reads what was found by the reference, as the setting reads a value. The
// error goes on after the setting's name, and does not repeat what was found.
func (s Secret) Parse(found string) (string, error) {
	if found = strings.TrimSpace(found); found == "" {
		return "", errors.New("must not be empty")
	}
	return s.told.grammar.Parse(found)
}

// String keeps a secret from being printed.
func (Secret) String() string { return "[secret]" }

// GoString does the same for %#v.
func (Secret) GoString() string { return "[secret]" }

// secretKind reads a value of a grammar, or a reference.
func secretKind(e Entry, grammar Kind[string]) Kind[Secret] {
	return Kind[Secret]{
		Parse: func(text string) (Secret, error) {
			ref, is, err := e.References.Parse(text)
			if err == nil && !is {
				text, err = grammar.Parse(text)
			}
			if err != nil {
				return Secret{}, err
			}
			return Secret{&told{text, ref, e.Env, grammar}}, nil
		},
		Format: Secret.Told,
	}
}

// secretsKind reads several, separated by commas.
func secretsKind(e Entry, grammar Kind[string]) Kind[[]Secret] {
	one, texts := secretKind(e, grammar), List()
	return Kind[[]Secret]{
		Parse: func(text string) ([]Secret, error) {
			var all []Secret
			list, _ := texts.Parse(text)
			for _, text := range list {
				s, err := one.Parse(text)
				if err != nil {
					return nil, err
				}
				all = append(all, s)
			}
			return all, nil
		},
		Format: func(all []Secret) string {
			list := make([]string, len(all))
			for i, s := range all {
				list[i] = s.Told()
			}
			return texts.Format(list)
		},
	}
}
