package program

import (
	"context"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/cloudwatch"
	"sgraph.ai/send/shared/functions"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/storage"
)

// Oversee has the service ask AWS how the stack is that it is part of, if it is of one.
// Nobody is asked before somebody wants to know.
func Oversee(set *admin.Settings) {
	if set.Stack == "" {
		return
	}
	names, watch := stack.Names{Stack: set.Stack}, cloudwatch.New(storage.AWS)
	set.Alarms = func(ctx context.Context) ([]stack.Alarm, []string, error) {
		found, failed := watch.Alarms(ctx, names)
		if len(found) == 0 {
			return nil, nil, failed.Err()
		}
		return found, failed.Regions(), nil
	}
	if set.Environment == settings.Lambda {
		serving := functions.New(storage.AWS)
		set.Serving = func(ctx context.Context) ([]stack.Serving, error) { return serving.Serving(ctx, names) }
	}
}
