package user_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
)

// silent is an admin service that answers nobody.
type silent struct{ asked int }

func (s *silent) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked++
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// Whoever sends is told that nobody can be asked, and has not waited for three answers that never came.
func TestAnAdminServiceThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		admin := &silent{}
		g := &user.AdminGate{
			BaseURL: "http://admin.example.org", KeyName: "X-Key", Key: secret.Plain("the key"),
			Client: &http.Client{Transport: admin},
		}
		began := time.Now()
		_, err := g.Admit(t.Context(), "a token")
		if send.CodeOf(err) != send.Unavailable || send.ReasonOf(err) != send.ReasonTokenCheckUnavailable {
			t.Errorf("it says %v", err)
		}
		if took := time.Since(began); took > 8*time.Second || admin.asked != 2 {
			t.Errorf("it was asked %d times, for %s", admin.asked, took)
		}
	})
}
