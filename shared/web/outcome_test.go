package web

import (
	"bytes"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestLinesTellTheirOutcome(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	all := outcomes{log: slog.NewJSONHandler(&log, nil)}
	for range 2 { // made, and known
		for _, o := range []outcome{
			{"GET", "/a", 200}, {"PUT", "/a", 200}, {"GET", "/b", 200}, {"GET", "/a", 404}, {"X", "", 405},
		} {
			log.Reset()
			if err := all.handler(o).Handle(t.Context(), slog.NewRecord(time.Time{}, 0, "request", 0)); err != nil {
				t.Fatal(err)
			}
			want := `"method":"` + o.method + `","route":"` + o.route + `","status":` + strconv.Itoa(o.status) + "}\n"
			if !strings.HasSuffix(log.String(), want) {
				t.Errorf("the line of %v is %s", o, &log)
			}
		}
	}
	for i := range 100 {
		all.handler(outcome{"X" + strconv.Itoa(i), "", 405})
	}
	if n := len(all.of); n != 4 {
		t.Errorf("%d handlers are kept, want 4: those of methods that there are", n)
	}
}
