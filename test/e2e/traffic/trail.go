package traffic

import (
	"context"
	"time"

	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/shared/audit"
)

// Told is how often the trail says that something was done to each transfer since a time.
func Told(ctx context.Context, o *operator.Service, kind audit.Kind, since time.Time) (map[string]int, error) {
	times := map[string]int{}
	err := o.Export(ctx, operator.Filter{From: since, Kind: kind, Outcome: audit.Success}, func(kept audit.Kept) error {
		times[kept.Transfer]++
		return nil
	})
	return times, err
}
