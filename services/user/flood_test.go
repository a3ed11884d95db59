package user_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/settings"
)

// Whatever somebody is denied, as often as they like and each time a little
// otherwise, is a few events that say how often: none is lost, and none is a
// batch, a record or an object of its own.
func TestAFloodOfDenialsIsFewEvents(t *testing.T) {
	t.Parallel()
	const times = 60
	body, plain := sealed(t, 3000)
	for name, c := range map[string]struct {
		kind   audit.Kind
		status int
		ask    func(s *site, over string, n int) reply
	}{
		"tokens": {audit.TransferCreated, 401, func(s *site, _ string, n int) reply {
			return s.call("POST", "/api/transfers/create", nil, "x-sgraph-access-token", fmt.Sprint("guess-", n))
		}},
		"names of tokens": {audit.TokenTried, 200, func(s *site, _ string, n int) reply {
			return s.call("GET", fmt.Sprint("/api/transfers/check-token/guess-", n), nil)
		}},
		"names of tokens, in the other form": {audit.TokenTried, 200, func(s *site, _ string, n int) reply {
			return s.call("POST", fmt.Sprint("/api/transfers/validate-token/guess-", n), nil)
		}},
		"downloads of what is over": {audit.TransferDownloaded, 410, func(s *site, over string, _ int) reply {
			return s.call("GET", "/api/transfers/download/"+over, nil)
		}},
		"URLs of what is over": {audit.TransferDownloaded, 410, func(s *site, over string, _ int) reply {
			return s.call("GET", "/api/presigned/download-url/"+over, nil)
		}},
		"permits": {audit.TransferDownloaded, 403, func(s *site, _ string, n int) reply {
			id, permit := fmt.Sprintf("%012x", n), strings.Repeat("A", 80+n)
			return s.call("GET", "/api/transfers/download/"+id, nil, "X-Sgraph-Download-Permit", permit)
		}},
		"permits for a URL": {audit.TransferDownloaded, 403, func(s *site, over string, n int) reply {
			permit := strings.Repeat("A", 80+n)
			return s.call("GET", "/api/presigned/download-url/"+over, nil, "X-Sgraph-Download-Permit", permit)
		}},
		"links to get": {audit.TransferDownloaded, 403, func(s *site, _ string, n int) reply {
			return s.call("GET", "/api/presigned/bytes/"+strings.Repeat("A", 80+n), nil)
		}},
		"links to put": {audit.TransferCompleted, 403, func(s *site, _ string, n int) reply {
			return s.call("PUT", "/api/presigned/bytes/"+strings.Repeat("A", 80+n), []byte("x"))
		}},
		"secrets to delete": {audit.TransferDeleted, 403, func(s *site, over string, n int) reply {
			secret := fmt.Sprint("guess-", n)
			return s.call("DELETE", "/api/transfers/delete/"+over, nil, "x-sgraph-transfer-delete-auth", secret)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, kept := watched(t, func(set *user.Settings) { set.Environment = settings.Local })
			over := s.transfer(body, map[string]any{
				"file_size_bytes": plain, "max_downloads": 1, "delete_auth_hash": hashOf("secret"),
			})
			s.call("GET", "/api/transfers/download/"+over, nil).want(200, "")
			s.service.Flush()
			before := s.objects()
			for n := range times {
				c.ask(s, over, n).want(c.status, "")
			}
			s.service.Flush()
			s.clock.Advance(3 * time.Minute)
			s.service.Flush()
			events, told := kept.denials(c.kind)
			if told != times || events > 3 {
				t.Errorf("%d denials are told of by %d events, want %d by a few", told, events, times)
			}
			if n := s.objects(); n != before {
				t.Errorf("the store has %d objects, before it had %d", n, before)
			}
		})
	}
}
