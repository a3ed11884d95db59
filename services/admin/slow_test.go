package admin_test

import (
	"testing"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/slowtest"
	"sgraph.ai/send/shared/wire"
)

// No route waits without end for a body, whether it reads one or not.
func TestABodyThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(s *admin.Settings) {
		s.Patience, s.ClientConnections, s.Rates = slowtest.Impatient, 1000, map[string]send.Rate{}
	})
	slowtest.EveryRoute(t, wire.Admin, slowtest.Serve(t, g.handler.Serve), []string{keyName + ": " + keyValue}, nil,
		wire.CreateToken, wire.UseToken, wire.RevokeToken, wire.UpdateTokenLimit, wire.Login, wire.SetAuthCookie,
		wire.RecordEvents, wire.TakeDownTransfer)
}

// Nor does any route wait without end for whoever takes no answer.
func TestAnswersThatNobodyTakesAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(s *admin.Settings) {
		s.Patience, s.ClientConnections, s.Rates = slowtest.Impatient, 1000, map[string]send.Rate{}
	})
	slowtest.NoneTaken(t, wire.Admin, g.handler.Serve, []string{keyName + ": " + keyValue}, nil)
}
