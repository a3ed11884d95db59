package admin_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/audit"
)

// told is an event of the user service, handed over so long before now.
func (g *rig) told(kind audit.Kind, outcome audit.Outcome, bytes int64, ago time.Duration) {
	g.t.Helper()
	err := g.handler.Record(g.t.Context(), []audit.Event{{
		Time: g.clock.Now().Add(-ago), Kind: kind, Outcome: outcome, Bytes: bytes, Transfer: "aabbccddeeff",
	}})
	if err != nil {
		g.t.Fatal(err)
	}
}

func TestActivity(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(s *admin.Settings) { s.Rates = nil }) // no limit counts anything
	g.told(audit.TransferCreated, audit.Success, 0, 40*24*time.Hour)
	g.told(audit.TransferCompleted, audit.Success, 100, 29*24*time.Hour)
	g.told(audit.TransferDownloaded, audit.Success, 100, 30*time.Hour)
	g.told(audit.TransferDownloaded, audit.Success, 100, 23*time.Hour)
	g.told(audit.Login, audit.Denied, 0, 0)
	g.told(audit.TransferExpired, audit.Success, 0, -time.Minute)

	sums := func(days, downloads, bytes, completed, ended int, step string, steps int) {
		t.Helper()
		got := object(t, g.get(fmt.Sprintf("/health/activity?days=%d", days)))
		series := got["series"].([]any)
		if got["downloads"] != float64(downloads) || got["bytes_downloaded"] != float64(bytes) ||
			got["completed"] != float64(completed) || got["ended"] != float64(ended) || got["refused"] != 1.0 ||
			got["step"] != step || len(series) != steps {
			t.Errorf("%d days: %v, %d steps", days, got, len(series))
		}
		last := series[steps-1].(map[string]any)
		if last["refused"] != 1.0 || last["ended"] != float64(ended) {
			t.Errorf("%d days: the last is %v", days, last)
		}
		var downloaded float64
		for _, s := range series {
			downloaded += s.(map[string]any)["downloads"].(float64)
		}
		if downloaded != float64(downloads) {
			t.Errorf("%d days: the steps have %v downloads", days, downloaded)
		}
	}
	sums(1, 1, 100, 0, 1, "hour", 24)
	sums(2, 2, 200, 0, 1, "day", 2)
	sums(7, 2, 200, 0, 1, "day", 7)
	sums(30, 2, 200, 1, 1, "day", 30)
	first := object(t, g.get("/health/activity"))["series"].([]any)[0].(map[string]any)
	if first["begins"] != "2126-02-28T13:00:00Z" || first["downloads"] != 1.0 {
		t.Errorf("the first hour is %v", first)
	}
	for _, bad := range []string{"0", "-1", "31", "week", "1.5", "99999999999999999999"} {
		want(t, g.get("/health/activity?days="+bad), 400,
			`{"detail":"days must be a whole number from 1 to 30","code":"invalid"}`)
	}
	g.ledger.setAway(true)
	want503(t, g.get("/health/activity"))
	want503(t, g.get("/health/storage"))
}

func TestStorage(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.sent("aabbccddeeff", "one", 100) // which has no bytes yet
	want(t, g.get("/health/storage"), 200,
		`{"transfers":0,"bytes":0,"more":false,"counted_at":"2126-03-01T12:00:30Z"}`)
	g.ledger.setAway(true) // it is believed for a while
	g.clock.Advance(4 * time.Minute)
	want(t, g.get("/health/storage"), 200,
		`{"transfers":0,"bytes":0,"more":false,"counted_at":"2126-03-01T12:00:30Z"}`)
	g.clock.Advance(time.Minute)
	want503(t, g.get("/health/storage"))
	g.ledger.setAway(false)

	room := g.again(func(s *admin.Settings) { s.Room = func() (int64, int64, error) { return 3, 4, nil } })
	want(t, room.get("/health/storage"), 200, `{"transfers":0,"bytes":0,"more":false,
		"counted_at":"2126-03-01T12:05:30Z","free_bytes":3,"total_bytes":4}`)
	room = g.again(func(s *admin.Settings) {
		s.Room = func() (int64, int64, error) { return 3, 4, errors.ErrUnsupported }
	})
	if got := text(t, room.get("/health/storage")); strings.Contains(got, "free") {
		t.Errorf("a system that cannot tell: %s", got)
	}
}
