package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	service "sgraph.ai/send/shared/settings"
)

// Tasks size what Fargate runs of a service.
type Tasks struct {
	Size  TaskSize
	Count Span
}

// TaskSize is what one task has.
type TaskSize struct {
	CPU      int // units, of which a processor has 1024
	MemoryMB int
}

// Span is from how many to how many there are of something.
type Span struct{ Least, Most int }

// Moves says whether there can be more than the least.
func (s Span) Moves() bool { return s.Most > s.Least }

// maxTasks is far more than a stack should come to: it bounds what a mistake costs.
const maxTasks = 100

// memoryOf is what memory goes with which units of processors, in MB: from, to, and
// in which steps. What goes with 256 units is twice as much each.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
var memoryOf = map[int]struct{ least, most, step int }{
	256:    {512, 2048, 0},
	512:    {1024, 4096, 1024},
	1024:   {2048, 8192, 1024},
	2048:   {4096, 16_384, 1024},
	4096:   {8192, 30_720, 1024},
	8192:   {16_384, 61_440, 4096},
	16_384: {32_768, 122_880, 8192},
}

// check says whether Fargate has tasks of the size.
func (t TaskSize) check() error {
	m, ok := memoryOf[t.CPU]
	switch {
	case !ok:
		return errors.New("must begin with 256, 512, 1024, 2048, 4096, 8192 or 16384, units of a processor's 1024")
	case m.step == 0 && t.MemoryMB != m.least && t.MemoryMB != 2*m.least && t.MemoryMB != m.most:
		return fmt.Errorf("must have, after %d/, as many MB as Fargate has for that: %d, %d or %d",
			t.CPU, m.least, 2*m.least, m.most)
	case m.step > 0 && (t.MemoryMB < m.least || t.MemoryMB > m.most || t.MemoryMB%m.step != 0):
		return fmt.Errorf("must have, after %d/, as many MB as Fargate has for that: from %d to %d in steps of %d",
			t.CPU, m.least, m.most, m.step)
	}
	return nil
}

// taskSize is a size, as in 256/512.
func taskSize() service.Kind[TaskSize] {
	return service.Kind[TaskSize]{Parse: func(text string) (t TaskSize, err error) {
		cpu, memory, found := strings.Cut(text, "/")
		t.CPU, err = strconv.Atoi(cpu)
		if found && err == nil {
			t.MemoryMB, err = strconv.Atoi(memory)
		}
		if !found || err != nil {
			return TaskSize{}, errors.New("must be units of a processor and MB of memory, as in 256/512")
		}
		return t, t.check()
	}}
}

// span is from how many to how many, as in 2-6.
func span(most int) service.Kind[Span] {
	return service.Kind[Span]{Parse: func(text string) (s Span, err error) {
		from, to, found := strings.Cut(text, "-")
		s.Least, err = strconv.Atoi(from)
		if err == nil && found {
			s.Most, err = strconv.Atoi(to)
		}
		if err != nil || !found || s.Least < 1 || s.Most < s.Least || s.Most > most {
			return Span{}, fmt.Errorf("must be the least and the most, from 1 to %d, as in 2-6", most)
		}
		return s, nil
	}}
}
