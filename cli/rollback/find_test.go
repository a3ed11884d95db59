package rollback_test

import (
	"testing"

	"sgraph.ai/send/cli/rollback"
	"sgraph.ai/send/shared/test/moto"
)

func TestWhatRunsAStackIsFound(t *testing.T) {
	t.Parallel()
	functions := deployed(t, rollback.Versions{"user": 1, "admin": 1})
	var hosts rollback.Group
	t.Run("hosts", func(t *testing.T) { hosts = hosted(t, 1) })
	for name, c := range map[string]struct {
		stack string
		to    rollback.Versions
		want  rollback.Target
	}{
		"functions":                    {functions.Name, nil, rollback.Stack{}},
		"hosts":                        {hosts.Stack, nil, rollback.Group{}},
		"functions of before":          {hosts.Stack, rollback.Versions{"user": 1}, rollback.Stack{}},
		"hosts that are not there yet": {functions.Name, rollback.Versions{rollback.Hosts: 1}, rollback.Group{}},
		"nothing yet":                  {"nowhere-yet", nil, rollback.Stack{}},
	} {
		found, err := rollback.Find(t.Context(), c.stack, c.to, moto.Config(t))
		if err != nil {
			t.Fatal(err)
		}
		_, isGroup := found.(rollback.Group)
		_, want := c.want.(rollback.Group)
		if isGroup != want {
			t.Errorf("%s: %T is found", name, found)
		}
	}
}
