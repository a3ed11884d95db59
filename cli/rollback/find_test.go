package rollback_test

import (
	"fmt"
	"testing"

	"sgraph.ai/send/cli/rollback"
	"sgraph.ai/send/shared/test/moto"
)

func TestWhatRunsAStackIsFound(t *testing.T) {
	t.Parallel()
	of, _ := functions(t, rollback.Versions{"user": 1, "admin": 1})
	var hosts rollback.Group
	t.Run("hosts", func(t *testing.T) { hosts = hosted(t, 1) })
	var tasks rollback.Tasks
	t.Run("tasks", func(t *testing.T) { tasks = tasked(t, rollback.Versions{"user": 1, "admin": 1}) })
	for name, c := range map[string]struct {
		stack string
		to    rollback.Versions
		want  rollback.Target
	}{
		"functions":                    {of.Name, nil, rollback.Stack{}},
		"hosts":                        {hosts.Stack, nil, rollback.Group{}},
		"tasks":                        {tasks.Stack, nil, rollback.Tasks{}},
		"revisions of tasks":           {tasks.Stack, rollback.Versions{"user": 1}, rollback.Tasks{}},
		"functions of before":          {hosts.Stack, rollback.Versions{"user": 1}, rollback.Stack{}},
		"hosts that are not there yet": {of.Name, rollback.Versions{rollback.Hosts: 1}, rollback.Group{}},
		"nothing yet":                  {"nowhere-yet", nil, rollback.Stack{}},
	} {
		found, err := rollback.Find(t.Context(), c.stack, c.to, moto.Config(t))
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%T", found) != fmt.Sprintf("%T", c.want) {
			t.Errorf("%s: %T is found", name, found)
		}
	}
}
