package traffic

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sgraph.ai/send/shared/cloudwatch"
	"sgraph.ai/send/shared/stack"
)

// Alarms are asked what those of a stack say.
type Alarms interface {
	Alarms(context.Context, stack.Names) ([]stack.Alarm, cloudwatch.Failures)
}

// watch is what the alarms of a stack were when it began.
type watch struct {
	alarms Alarms
	names  stack.Names
	before map[string]stack.Alarm // by the alarms' names
}

// begin begins to watch the alarms of a stack. It is an error where there are none,
// since then nothing would ever speak.
func begin(ctx context.Context, a Alarms, names stack.Names) (*watch, error) {
	w := &watch{alarms: a, names: names}
	var err error
	if w.before, err = w.listen(ctx); err == nil && len(w.before) == 0 {
		err = fmt.Errorf("stack %q has no alarms, so that nothing would say that a version is bad; deploy it first",
			names.Stack)
	}
	return w, err
}

func (w *watch) String() string {
	var sounding []string
	for name, is := range w.before {
		if sounds(is) {
			sounding = append(sounding, name)
		}
	}
	said := fmt.Sprintf("%d alarms are watched", len(w.before))
	if len(sounding) > 0 {
		slices.Sort(sounding)
		said += "; what sounds already does not count: " + strings.Join(sounding, ", ")
	}
	return said
}

// quiet asks whether no alarm began to sound since the watch began; the error says
// which did. An alarm that sounded then counts again once it was quiet.
func (w *watch) quiet(ctx context.Context) error {
	now, err := w.listen(ctx)
	if err != nil {
		return err
	}
	var began []string
	for name, is := range now {
		if before := w.before[name]; sounds(is) && (!sounds(before) || !is.Since.Equal(before.Since)) {
			began = append(began, name+" ("+brief(is.Reason)+")")
		}
	}
	if len(began) == 0 {
		return nil
	}
	slices.Sort(began)
	return fmt.Errorf("%w: %s", ErrSounded, strings.Join(began, "; "))
}

// listen asks all alarms of the stack.
func (w *watch) listen(ctx context.Context) (map[string]stack.Alarm, error) {
	found, failed := w.alarms.Alarms(ctx, w.names)
	all := map[string]stack.Alarm{}
	for _, a := range found {
		all[a.Name] = a
	}
	return all, failed.Err()
}

func sounds(a stack.Alarm) bool { return a.State == stack.AlarmSounds }

// brief is the beginning of what was said, in one line.
func brief(said string) string {
	const most = 200
	said = strings.Join(strings.Fields(said), " ")
	if len(said) > most {
		said = strings.ToValidUTF8(said[:most], "") + "…"
	}
	return said
}
